// breaks: core-knows-no-transport
export { default } from 'express';
