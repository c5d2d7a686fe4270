import type { Schemas } from '@confab/contract';
import asyncapi from '@confab/contract/asyncapi.json' with { type: 'json' };
import { disagreement } from './problem.ts';
import { schemasOf } from './schemas.ts';
import type { Check } from './schemas.ts';
import { ContractViolation } from './violation.ts';
import type { Report } from './violation.ts';

export type FrameCheck = (text: string) => void;
export type FrameChecks = { fromClient: FrameCheck; fromServer: FrameCheck };

type Reference = { $ref: string };
type Document = {
  operations: Record<string, { action: string; messages: Reference[] }>;
  channels: Record<string, { messages: Record<string, Reference> }>;
  components: { messages: Record<string, { name: string; payload: Reference }> };
};

/** Throws a ContractViolation for a frame that the bundled document does not describe in that direction. The application's view: it receives what clients send. */
export function createFrameChecks(document: Document = asyncapi): FrameChecks {
  const schemas = schemasOf(document);
  const checksOf = (action: string): Map<string, Check> => {
    const references = Object.values(document.operations).filter((operation) => operation.action === action).flatMap((operation) => operation.messages);
    return new Map(
      references.map(({ $ref }) => {
        const { name, payload } = messageOf(document, $ref);
        return [name, schemas.check(payload.$ref.slice(1))];
      }),
    );
  };
  return { fromClient: frameCheck('client', checksOf('receive')), fromServer: frameCheck('gateway', checksOf('send')) };
}

/** The same, told and not thrown: inside a socket's handler nobody could catch it. */
export function createReportingChecks(report: Report): FrameChecks {
  const { fromClient, fromServer } = createFrameChecks();
  const reporting = (check: FrameCheck): FrameCheck => (text) => {
    try {
      check(text);
    } catch (error) {
      if (!(error instanceof ContractViolation)) throw error;
      report(error);
    }
  };
  return { fromClient: reporting(fromClient), fromServer: reporting(fromServer) };
}

function frameCheck(sender: string, checks: ReadonlyMap<string, Check>): FrameCheck {
  return (text) => {
    const frame = parse(text, sender);
    const type = String(frame.t);
    const place = `frame ${type} from the ${sender}`;
    const check = checks.get(type);
    if (check === undefined) throw new ContractViolation(place, 'is not in the spec', frame);
    const problem = check(frame) ?? (type === 'error' ? disagreement((frame.d as Schemas['ErrorData']).problem) : undefined);
    if (problem !== undefined) throw new ContractViolation(place, problem, frame);
  };
}

function messageOf(document: Document, reference: string): { name: string; payload: Reference } {
  const [channel = '', message = ''] = reference.replace('#/channels/', '').split('/messages/');
  const name = document.channels[channel]?.messages[message]?.$ref.replace('#/components/messages/', '') ?? '';
  const found = document.components.messages[name];
  if (found === undefined) throw new Error(`the document has no message ${reference}`);
  return found;
}

function parse(text: string, sender: string): { t?: unknown; d?: unknown } {
  try {
    const frame: unknown = JSON.parse(text);
    if (typeof frame === 'object' && frame !== null) return frame;
  } catch {
    // Said below.
  }
  throw new ContractViolation(`a frame from the ${sender}`, 'is not a JSON object', text);
}
