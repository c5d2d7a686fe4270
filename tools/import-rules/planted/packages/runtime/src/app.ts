// breaks: apps-are-leaves runtime-imports-contract
export * from '../../../apps/api/src/app.ts';
