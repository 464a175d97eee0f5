#!/usr/bin/env node
// Prisma's CLI talks to a native "schema engine" over stdio, one JSON-RPC message a line. That binary is a download; this
// program answers the same calls with Prisma's own WebAssembly build of the engine, so migrations can be authored, checked
// and deployed on a machine that reaches nothing but the npm registry. Used by the CLI only, never by the service.
import fs from 'node:fs';
import readline from 'node:readline';
import { PGlite } from '@electric-sql/pglite';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import * as wasm from '@prisma/schema-engine-wasm/schema_engine_bg';
import pg from 'pg';
import { PrismaPGlite } from 'pglite-prisma-adapter';

const CHAR_OID = 18;
const TEXT_OID = 25;

async function loadEngine() {
  const file = new URL('schema_engine_bg.wasm', import.meta.resolve('@prisma/schema-engine-wasm/schema_engine_bg'));
  const { instance } = await WebAssembly.instantiate(fs.readFileSync(file), { './schema_engine_bg.js': wasm });
  wasm.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
}

/** adapter-pg cannot read the catalogue type "char", which the engine's introspection selects: report it as text. */
class CatalogueClient extends pg.Client {
  query(...args) {
    const relabel = (result) => {
      for (const field of result?.fields ?? []) if (field.dataTypeID === CHAR_OID) field.dataTypeID = TEXT_OID;
      return result;
    };
    const callback = args.at(-1);
    if (typeof callback !== 'function') return super.query(...args)?.then?.(relabel);
    return super.query(...args.slice(0, -1), (error, result) => callback(error, relabel(result)));
  }
}

const argument = (name) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
};
const url = JSON.parse(argument('--datasource') ?? '{}').url;

const shadow = async () => new PrismaPGlite(await PGlite.create('memory://')).connect();
const live = () =>
  new PrismaPg(new pg.Pool({ connectionString: url, max: 1, Client: CatalogueClient }), {
    disposeExternalPool: true,
  }).connect();

const opened = new Map();
function engineOn(connect) {
  if (!opened.has(connect)) {
    const factory = { provider: 'postgres', adapterName: '@prisma/adapter-pg', connect, connectToShadowDb: shadow };
    const adapter = bindMigrationAwareSqlAdapterFactory(factory);
    opened.set(
      connect,
      wasm.SchemaEngine.new({ datamodels: undefined }, () => {}, adapter),
    );
  }
  return opened.get(connect);
}

const WITHOUT_DATABASE = new Set(['empty', 'migrations', 'schemaDatamodel']);
async function diff(params) {
  const offline = WITHOUT_DATABASE.has(params.from.tag) && WITHOUT_DATABASE.has(params.to.tag);
  return (await engineOn(offline ? shadow : live)).diff(params);
}

const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);

/** Calls that the WebAssembly engine names or handles otherwise than the native one. */
const different = {
  async diff(params) {
    const { stdout, ...rest } = await diff(params);
    send({ id: 0, method: 'print', params: { content: stdout } });
    return { ...rest, stdout: null };
  },
  // Its shadow database opens in devDiagnostic only, so that call has to come first.
  async evaluateDataLoss(params) {
    const engine = await engineOn(live);
    await engine.devDiagnostic({ migrationsList: params.migrationsList, filters: params.filters });
    return engine.evaluateDataLoss(params);
  },
  async getDatabaseVersion(params) {
    return (await engineOn(live)).version(params);
  },
  // It refuses createMigration on PostgreSQL; the same thing is the difference from the migrations to the schema.
  async createMigration(params) {
    const { stdout: script } = await diff({
      from: { tag: 'migrations', ...params.migrationsList },
      to: { tag: 'schemaDatamodel', ...params.schema },
      script: true,
      exitCode: null,
      filters: params.filters,
    });
    const time = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
    const unchanged = script.startsWith('-- This is an empty migration');
    return {
      connectorType: 'postgresql',
      extension: 'sql',
      generatedMigrationName: params.migrationName ? `${time}_${params.migrationName}` : time,
      migrationScript: unchanged && !params.draft ? null : script,
    };
  },
};

async function answerCalls() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const { id, method, params } = line.trim() ? JSON.parse(line) : {};
    if (!method) continue; // a blank line, or the CLI's answer to "print"
    try {
      const call = different[method] ?? (async (given) => (await engineOn(live))[method](given));
      send({ id, result: (await call(params)) ?? null });
    } catch (error) {
      const data = { is_panic: false, message: error.message, error_code: error.code, meta: error.meta };
      send({ id, error: { code: 4466, message: 'An error happened. Check the data field for details.', data } });
    }
  }
}

/** The engine's one-shot commands: does the database exist, create it, drop it. */
async function runOnce(command) {
  const target = new URL(url);
  const database = decodeURIComponent(target.pathname.slice(1));
  const fail = (error, errorCode) => {
    const fields = {
      is_panic: false,
      message: error.message,
      error_code: errorCode,
      meta: { database_name: database },
    };
    const report = { level: 'ERROR', timestamp: new Date().toISOString(), target: 'schema_engine::logger', fields };
    // The CLI drops the first line and wants no newline at the end.
    process.stderr.write(`\n${JSON.stringify(report)}`, () => process.exit(1));
  };
  const run = async (connection, sql) => {
    const client = new pg.Client(connection);
    await client.connect();
    if (sql) await client.query(sql(client.escapeIdentifier(database)));
    await client.end();
    process.exit(0);
  };
  if (command === 'can-connect-to-database') {
    return run(url).catch((error) => fail(error, error.code === '3D000' ? 'P1003' : 'P1001'));
  }
  target.pathname = '/postgres';
  const statements = {
    'create-database': (name) => `CREATE DATABASE ${name}`,
    'drop-database': (name) => `DROP DATABASE IF EXISTS ${name}`,
  };
  if (!statements[command]) return fail(new Error(`this schema engine does not know "${command}"`), 'P0000');
  return run(target.href, statements[command]).catch((error) => fail(error, 'P1014'));
}

await loadEngine();
if (process.argv.includes('--version')) console.log(`schema-engine-wasm ${wasm.version()}`);
else if (process.argv.includes('cli')) await runOnce(process.argv[process.argv.indexOf('cli') + 1]);
else await answerCalls();
process.exit(0);
