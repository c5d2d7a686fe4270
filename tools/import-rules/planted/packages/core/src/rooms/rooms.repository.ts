// breaks: subjects-are-ordered-2
export * from '../messages/messages.policy.ts';
export * from '../users/users.repository.ts';
