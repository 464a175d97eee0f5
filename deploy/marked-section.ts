/** The two lines a made section stands between. */
export function sectionMarkers(name: string): [start: string, end: string] {
  return [`<!-- ${name}:start -->`, `<!-- ${name}:end -->`];
}

/** Whether both markers are there, once each and in their order. */
export function hasSection(text: string, name: string): boolean {
  const [start, end] = sectionMarkers(name);
  const isOnce = (marker: string): boolean => text.split(marker).length === 2;
  return isOnce(start) && isOnce(end) && text.indexOf(start) < text.indexOf(end);
}

/** Replaces what stands between the markers of a text that has them. */
export function replaceSection(text: string, name: string, section: string): string {
  const [start, end] = sectionMarkers(name);
  return `${text.slice(0, text.indexOf(start))}${start}\n\n${section.trim()}\n\n${text.slice(text.indexOf(end))}`;
}
