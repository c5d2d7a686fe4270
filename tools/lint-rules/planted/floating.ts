// breaks: typescript(no-floating-promises)
export function stop(server: { stop(): Promise<void> }): void {
  server.stop();
}
