import { freePort } from '@confab/testing';
import { startOwnServers } from '../faults/own-servers.ts';
import { buildApps } from '../stack/app-build.ts';

export interface LoadWorld {
  readonly apiUrl: string;
  readonly gatewayUrls: readonly string[];
  stop(): Promise<void>;
}

/** Confab with two gateways and a worker, on servers of its own. */
export async function startLoadWorld(): Promise<LoadWorld> {
  await buildApps((line) => console.log(line));
  const servers = await startOwnServers({ replicas: 1 });
  try {
    const [apiPort, ...gatewayPorts] = [await freePort(), await freePort(), await freePort()];
    const apiUrl = `http://127.0.0.1:${apiPort}`;
    const gatewayUrls = gatewayPorts.map((port) => `ws://127.0.0.1:${port}/gateway?v=1`);
    const common = { PUBLIC_URL: apiUrl };
    await servers.startApp('worker', { ...common, DATABASE_DIRECT_URL: servers.primary.databaseUrl('confab') });
    for (const [index, port] of gatewayPorts.entries()) await servers.startApp('gateway', { ...common, GATEWAY_PORT: String(port), GATEWAY_URL: gatewayUrls[index] ?? '' });
    await servers.startApp('api', { ...common, API_PORT: String(apiPort), GATEWAY_URLS: gatewayUrls.join(',') });
    await servers.outliveDoubt();
    return { apiUrl, gatewayUrls, stop: () => servers.stop() };
  } catch (error) {
    await servers.stop();
    throw error;
  }
}
