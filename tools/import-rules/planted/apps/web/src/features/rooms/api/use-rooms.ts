// breaks: web-features-are-below-app
export * from '../../../app/router.ts';
