/** Answers the evaluator's questions through `IO`: one mail judged over the network. */
import type { IO } from '../../../model/io.ts';
import { Answers, type Answer } from '../answers.ts';
import { ask, learn } from '../ask.ts';
import { addressesOf, exchangesOf, namesOf, textsOf } from '../records.ts';
import { evaluateSpf, type SpfMail, type SpfOutcome, type SpfQuestion, type SpfReply } from './evaluate.ts';

function valuesOf(answer: Answer, type: SpfQuestion['type']): readonly string[] {
  switch (type) {
    case 'TXT':
      return textsOf(answer);
    case 'MX':
      return exchangesOf(answer).map(({ exchange }) => exchange);
    case 'PTR':
      return namesOf(answer);
    default:
      return addressesOf(answer);
  }
}

/** One question; where the server leaves the target of a CNAME to us, it is asked too. */
async function reply(question: SpfQuestion, dns: IO['dns']): Promise<SpfReply> {
  const answers = new Answers();
  for (;;) {
    const answer = answers.ask(question.name, question.type);
    const wanted = answers.takeMissing();
    if (wanted.length === 0) {
      if (answer.is === 'unknown') return { is: 'error', why: answer.code };
      return answer.is === 'records' ? { is: 'records', values: valuesOf(answer, question.type) } : { is: 'void' };
    }
    for (const asked of wanted) learn(answers, await ask(asked, { dns }));
  }
}

export async function evaluateOver(mail: SpfMail, dns: IO['dns']): Promise<SpfOutcome> {
  const run = evaluateSpf(mail);
  let step = run.next();
  while (step.done !== true) step = run.next(await reply(step.value, dns));
  return step.value;
}
