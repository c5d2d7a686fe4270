// breaks: no-service-calls-a-service
export * from '../users/users.service.ts';
