/** The public interface: audit, replay and judge in one's own program, and the types of what they give. */
export { audit, chooseChecks, replay, type AuditRequest, type Outcome, type ReplayRequest } from './pipeline.ts';
export { readRun, type StoredRun } from './run-folder.ts';
export { judge, type Observation, verdictsOf } from './judge/judge.ts';
export { exitCode, type ExitRules } from './assurance/exit.ts';
export { formatsOf, renderFormats, type RenderInput } from './rendering.ts';
export { builtInPack } from './commands/packs.ts';
export { parseTarget, uniteTargets, type ParsedTarget } from './config/targets.ts';
export { FaultError, FAULTS, UsageError, type Fault, type FaultCode } from './model/fault.ts';
export type { Check, Example, Expr, Leaf, Operator, Reference, Severity, Status } from './model/check.ts';
export type { Evidence, Interpretation, Job, Outcome as ObservationOutcome } from './model/evidence.ts';
export type { RunEvent, Listener } from './model/events.ts';
export type { Framework } from './model/framework.ts';
export type { Json, JsonObject } from './model/json.ts';
export type { AuditOptions } from './model/options.ts';
export type { Reporter, View } from './model/reporter.ts';
export type { ControlResult, EvidenceEntry, Reason, Result, Run, RunTarget, Summary, Verdict } from './model/result.ts';
export type { Target, TargetKind } from './model/target.ts';
