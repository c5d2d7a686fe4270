// breaks: apps-stand-alone worker-imports
export * from '../../api/src/app.ts';
