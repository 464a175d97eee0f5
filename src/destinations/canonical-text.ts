/**
 * The one form in which texts are compared: chat systems change line ends and cut spaces at the edges. The bridge counts
 * equal texts by it, and destinations look for them by it; two ways of judging would lose or double a message.
 */
export function canonicalText(text: string): string {
  return text.replaceAll('\r\n', '\n').trim();
}
