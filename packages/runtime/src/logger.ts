import pino from 'pino';
import pretty from 'pino-pretty';
import { currentContext, currentSpan } from './context.ts';
import { describeError, redactKeys, redactText } from './redaction.ts';
import { createTurnDestination } from './turn-destination.ts';

export type Logger = pino.Logger;
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

export type LoggerOptions = {
  name: string;
  level: LogLevel;
  pretty: boolean;
  /** Where lines go; standard output if it is absent. */
  destination?: pino.DestinationStream;
};

/** JSON lines on standard output. Those of a turn of the event loop are one write, behind it; what is left when the process ends is written then. */
export function createLogger({ name, level, pretty: isPretty, destination = standardOutput(isPretty) }: LoggerOptions): Logger {
  const logger = pino(
    {
      level,
      base: { name, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
        log: redactFields,
      },
      serializers: { err: describeError, error: describeError },
      mixin: correlation,
      hooks: { streamWrite: redactText },
    },
    destination,
  );
  return hideInChildren(logger);
}

function redactFields(fields: object): Record<string, unknown> {
  return redactKeys(fields) as Record<string, unknown>;
}

/** pino does not hand a child's fields to any formatter. Children of children inherit this through their prototype. */
function hideInChildren(logger: Logger): Logger {
  const { child } = logger;
  function hidingChild(this: Logger, fields: pino.Bindings, ...rest: unknown[]): unknown {
    return Reflect.apply(child, this, [redactFields(fields), ...rest]);
  }
  return Object.assign(logger, { child: hidingChild });
}

function standardOutput(isPretty: boolean): pino.DestinationStream {
  return isPretty ? pretty({ sync: true, destination: 1, ignore: 'pid' }) : createTurnDestination(1);
}

/** The span as well if it can be looked up: what was not sampled may have been kept nowhere. */
function correlation(): Record<string, string> {
  const context = currentContext();
  if (context === undefined) return {};
  const traceId = context.traceparent?.slice(3, 35);
  if (traceId === undefined) return { requestId: context.requestId };
  const span = currentSpan()?.spanContext();
  const isSampled = span !== undefined && (span.traceFlags & 1) === 1;
  return isSampled ? { requestId: context.requestId, traceId, spanId: span.spanId } : { requestId: context.requestId, traceId };
}
