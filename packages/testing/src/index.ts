/**
 * The harness of every test that meets a database, Redis or a running process. `startTestStack` runs Confab's processes over a
 * database clone; `createTestUser` speaks to them through the SDK. Every answer and every frame is checked against the spec, and
 * the stack's `stop` throws what was found. Times are milliseconds.
 */
export { startApp } from './apps.ts';
export type { AppName, Exit, LogLine, TestApp } from './apps.ts';
export { createFrameChecks } from './contract/frames.ts';
export type { FrameCheck, FrameChecks } from './contract/frames.ts';
export { validatingFetch } from './contract/rest.ts';
export { ContractViolation, createViolations } from './contract/violation.ts';
export type { Report, Violations } from './contract/violation.ts';
export { createTestDatabase, dropDatabase } from './database.ts';
export type { TestDatabase } from './database.ts';
export { createInterleaving } from './interleaving.ts';
export type { Interleaving } from './interleaving.ts';
export { createCheckedSockets } from './open-socket.ts';
export type { CuttableSockets } from './open-socket.ts';
export { startOtlpReceiver } from './otlp-receiver.ts';
export type { OtlpReceiver, ReceivedSpan } from './otlp-receiver.ts';
export { freePort } from './ports.ts';
export { emptyTestRedis, isRedisCluster } from './redis.ts';
export { openSocketProbe, UpgradeRefused } from './socket-probe.ts';
export type { SocketProbe } from './socket-probe.ts';
export { startTestStack } from './stack.ts';
export type { TestStack, TestStackOptions } from './stack.ts';
export { startTcpProxy } from './tcp-proxy.ts';
export type { TcpProxy } from './tcp-proxy.ts';
export { createTestUser, registerPatiently } from './users.ts';
export type { TestUser, TestUserOptions } from './users.ts';
