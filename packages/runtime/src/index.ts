/**
 * What every process of Confab needs, whatever it does: environment, log, metrics, health, start and end, the one
 * error class. Durations are in milliseconds. A closed set: nothing about a subject of the product belongs here.
 */
export { AppError, type AppErrorOptions, type FieldError } from './app-error.ts';
export { backoffMs, type BackoffOptions } from './backoff.ts';
export { BreakerOpen, createBreakers, type Breaker, type Breakers, type BreakerName, type BreakerState } from './breaker.ts';
export { breakerFields, breakerSettings, defaultBreakerSettings, type BreakerSettings } from './breaker-settings.ts';
export { systemClock, type Clock } from './clock.ts';
export { currentContext, currentContexts, currentScope, runInContext, type Context, type Freshness, type Scope } from './context.ts';
export { serverUrls } from './database-url.ts';
export { env } from './environment-fields.ts';
export { EnvironmentError, parseEnv, type Environment, type Field } from './environment.ts';
export { CheckFailed, createHealth, type CheckReport, type Health, type HealthOptions, type Report } from './health.ts';
export { createLifecycle, type Lifecycle, type LifecycleOptions } from './lifecycle.ts';
export { createLogger, type Logger, type LoggerOptions, type LogLevel } from './logger.ts';
export { createMetrics, durationBuckets, startAtZero, type Counter, type Gauge, type Histogram, type Metrics } from './metrics.ts';
export { startTracing, type Tracing } from './start-tracing.ts';
export { type Attributes, currentTraceparent, type Entry, type EntryOptions, inSpan, noteError, openEntry, recordEffect, recordSpan, runEntry, sampledTraceparent, type SpanOptions } from './tracing.ts';
export { createUnderWay } from './under-way.ts';
export { tracingFields, tracingSettings, type TracingSettings } from './tracing-settings.ts';
export { createWaits, type Split, type Waits } from './waits.ts';
export { runShared } from './sharing.ts';
export { startOpsServer, type OpsServer } from './ops-server.ts';
export { isAlive } from './parent-watch.ts';
export { createStatus, type Status } from './status.ts';
