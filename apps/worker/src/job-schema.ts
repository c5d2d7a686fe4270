/**
 * graphile-worker installs and migrates its tables by itself whenever it starts. No process of Confab does that: these
 * two stand in its way and say what does.
 */
export const refuseToMigrate: GraphileConfig.Plugin = {
  name: 'ConfabRefuseToMigratePlugin',
  version: '1.0.0',
  worker: {
    middleware: {
      bootstrap() {
        throw new Error('The database has no job tables. Run `pnpm migrate up`.');
      },
      async migrate(next, { ctx, client }) {
        const { rows } = await client.query<{ id: number }>(`select max(id) as id from ${ctx.escapedWorkerSchema}.migrations`);
        const found = rows[0]?.id ?? 0;
        if (found < ctx.maxMigrationNumber) {
          throw new Error(`The job tables are of version ${found}, this process needs ${ctx.maxMigrationNumber}. Run \`pnpm migrate up\`.`);
        }
        return next();
      },
    },
  },
};
