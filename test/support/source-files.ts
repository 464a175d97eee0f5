import fs from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/** Path below a folder, with its content. */
export type Files = ReadonlyMap<string, string>;

/** Every module a file names: imports, type imports, re-exports and `import()`. */
export function importsOf(text: string): string[] {
  return ts.preProcessFile(text, true, true).importedFiles.map((imported) => imported.fileName);
}

/** The files of ours that a file imports, as paths below the same folder. */
export function ownImports(file: string, text: string): string[] {
  const own = importsOf(text).filter((name) => name.startsWith('.'));
  return own.map((name) => path.posix.join(path.posix.dirname(file), name));
}

/** TypeScript below a folder of this project, without what is generated. */
export function readFiles(folder: string): Files {
  const names = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => name.replaceAll('\\', '/'));
  const own = names.filter((name) => name.endsWith('.ts') && !name.startsWith('generated/')).sort();
  return new Map(own.map((name) => [name, fs.readFileSync(path.join(folder, name), 'utf8')]));
}
