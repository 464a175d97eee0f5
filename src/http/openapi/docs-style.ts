import { Html } from './html.ts';

/** Style of the page; its hash stands in the page's Content-Security-Policy, so not a blank may come to it. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1d2433; --soft: #596275; --paper: #fff; --card: #f6f7f9; --line: #d9dde5;
  --link: #1a56b0; --get: #1a6b3c; --post: #1a56b0; --put: #8a5300; --delete: #ad1f2d; --mark: #fff; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ef; --soft: #a3adbf; --paper: #14181f; --card: #1c222c;
  --line: #343d4b; --link: #8ab8ff; --get: #7fd6a2; --post: #8ab8ff; --put: #f0bd6e; --delete: #ff9aa4; --mark: #14181f; } }
* { box-sizing: border-box; }
html { scroll-padding-top: 4.5rem; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
  display: grid; grid-template-columns: 18rem minmax(0, 56rem); gap: 0 3rem; justify-content: center; padding: 0 1.5rem 4rem; }
header { grid-column: 1 / -1; padding: 2rem 0 1rem; border-bottom: 1px solid var(--line); }
h1 { margin: 0; font-size: 1.9rem; line-height: 1.2; }
h1 small { font-size: 1rem; font-weight: 400; color: var(--soft); }
header p { max-width: 56rem; margin: .5rem 0; }
nav { padding: 1.5rem 0; font-size: .9rem; }
nav p { margin: 1rem 0 .25rem; font-weight: 600; }
nav ul { margin: 0; padding: 0; list-style: none; }
nav li { margin: .3rem 0; line-height: 1.35; }
main { padding-top: 1rem; }
@media (min-width: 64rem) { nav { position: sticky; top: 0; align-self: start; max-height: 100vh; overflow-y: auto; } }
@media (max-width: 63.99rem) { body { grid-template-columns: minmax(0, 1fr); } nav ul { display: none; }
  nav { display: flex; flex-wrap: wrap; gap: 0 1rem; padding: .5rem 0; } nav p { margin: .25rem 0; } }
a { color: var(--link); }
nav a { text-decoration: none; }
a:hover { text-decoration: underline; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 3px; }
.skip { position: absolute; left: -999rem; }
.skip:focus { left: 1rem; top: 1rem; padding: .5rem 1rem; background: var(--paper); z-index: 1; }
h2 { margin: 2.25rem 0 .25rem; font-size: 1.35rem; }
h2 + p { margin: 0 0 1rem; color: var(--soft); }
h4 { margin: 1.5rem 0 .5rem; font-size: 1rem; }
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: .875em; }
code { overflow-wrap: anywhere; }
main > section > details { margin: .5rem 0; border: 1px solid var(--line); border-radius: 8px; background: var(--card); }
summary { cursor: pointer; padding: .6rem .9rem; border-radius: 8px; }
summary h3 { display: inline-flex; flex-wrap: wrap; gap: .25rem .75rem; align-items: baseline; width: calc(100% - 1.5rem);
  margin: 0; font-size: 1rem; font-weight: 400; vertical-align: top; }
summary h3 code { font-size: .95rem; font-weight: 600; }
summary h3 > span:last-child { color: var(--soft); }
.method { min-width: 4.2rem; padding: .1rem .4rem; border-radius: 4px; color: var(--mark); text-align: center;
  font-size: .75rem; font-weight: 700; letter-spacing: .04em; }
.get { background: var(--get); } .post { background: var(--post); } .put { background: var(--put); } .delete { background: var(--delete); }
.operation { scroll-margin-top: 3.5rem; padding: .25rem 1.25rem 1.25rem; border-top: 1px solid var(--line); }
.guard { color: var(--soft); }
table { width: 100%; margin: .5rem 0 1rem; border-collapse: collapse; font-size: .9rem; table-layout: fixed; }
th, td { padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; overflow-wrap: anywhere; }
th { font-weight: 600; } tbody th { font-weight: 400; } thead th { color: var(--soft); font-size: .8rem; }
td strong, td em { font-size: .8rem; } td em { color: var(--soft); }
@media (min-width: 40rem) { th:first-child { width: 32%; } th:nth-child(2) { width: 26%; }
  .parameters th:nth-child(2) { width: 12%; } .parameters th:nth-child(3) { width: 16%; } }
@media (max-width: 39.99rem) { table, tbody, tr, th, td { display: block; } thead { position: absolute; left: -999rem; }
  th, td { border: 0; padding: .1rem 0; } tr { padding: .5rem 0; border-bottom: 1px solid var(--line); } }
.type { margin: .75rem 0 .25rem; }
.choice { margin: .25rem 0; border-left: 3px solid var(--line); } .choice table { margin-left: .9rem; width: calc(100% - .9rem); }
.choice > summary { padding: .2rem .75rem; }
.answer { margin: .5rem 0; padding-left: .9rem; border-left: 3px solid var(--line); } .answer p { margin: .25rem 0; }
.status { font-variant-numeric: tabular-nums; } .s2 { color: var(--get); } .s4 { color: var(--put); } .s5 { color: var(--delete); }
figure { margin: .75rem 0; } figcaption { color: var(--soft); font-size: .85rem; }
pre { margin: .25rem 0 0; padding: .75rem 1rem; border: 1px solid var(--line); border-radius: 6px; background: var(--paper);
  white-space: pre-wrap; overflow-wrap: anywhere; }
dt { margin-top: .75rem; } dd { margin: .25rem 0 0; color: var(--soft); }
`;

export const STYLE_ELEMENT = new Html(`<style>${STYLE}</style>`);
