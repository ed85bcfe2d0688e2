/** Facts on paper: how a value, an absence and an ignorance are written in facts and in raw evidence (ARCHITECTURE §3). */
import { isFaultCode, type FaultCode, FaultError } from './fault.ts';
import { isArray, isObject, own, type Json, type JsonObject } from './json.ts';

/** "Could not tell": stands in facts in place of a value. */
export interface Unknown extends JsonObject {
  readonly $unknown: FaultCode;
}

/** A list known in part: these items, and an unknown rest. */
export interface PartialList extends JsonObject {
  readonly $items: readonly Json[];
  readonly $unknown: FaultCode;
}

export function unknown(code: FaultCode): Unknown {
  return { $unknown: code };
}

/** The list as it is when nothing is missing, else known in part. */
export function partialList(items: readonly Json[], code: FaultCode | undefined): readonly Json[] | PartialList {
  return code === undefined ? items : { $items: items, $unknown: code };
}

export function isPartialList(value: unknown): value is PartialList {
  return isObject(value) && isFaultCode(own(value, '$unknown')) && isArray(own(value, '$items'));
}

/** What stands in raw where one question of an otherwise good job failed. */
export interface RawFault extends JsonObject {
  readonly $fault: FaultCode;
  readonly message: string;
}

export function rawFault(error: FaultError): RawFault {
  return { $fault: error.fault.code, message: error.fault.message };
}

/** The code of a fault that stands in raw, or undefined where the value is none. */
export function faultIn(raw: Json | undefined): FaultCode | undefined {
  const code = own(raw, '$fault');
  return isFaultCode(code) ? code : undefined;
}

/** Runs one question of a job: its answer, or the fault as data. Anything that is not a FaultError is a bug and goes on. */
export async function answerOrFault<T extends Json>(question: () => Promise<T>): Promise<T | RawFault> {
  try {
    return await question();
  } catch (error) {
    if (error instanceof FaultError) return rawFault(error);
    throw error;
  }
}

/**
 * Reads a field that the raw schema requires: the value if it has the type, else unknown.
 * A field that raw lacks is `evidence.missing`, never absence: only raw that holds the observation of absence is that.
 */
export function required<T extends Json>(
  raw: Json | undefined,
  key: string,
  is: (value: Json) => value is T,
): T | Unknown {
  const value = own(raw, key);
  const code = faultIn(raw) ?? faultIn(value);
  if (code !== undefined) return unknown(code);
  return value !== undefined && is(value) ? value : unknown('evidence.missing');
}

export const isString = (value: Json): value is string => typeof value === 'string';
export const isNumber = (value: Json): value is number => typeof value === 'number' && Number.isFinite(value);
export const isBoolean = (value: Json): value is boolean => typeof value === 'boolean';
export const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
