// What VS Code needs of completion beyond what the server says of it in any editor.
"use strict";

const vscode = require("vscode");

// provideCompletionItem is the language client's middleware.
async function provideCompletionItem(document, position, context, token, next) {
  const list = await next(document, position, context, token);
  for (const item of (Array.isArray(list) ? list : list?.items) ?? []) {
    const range = item.range?.inserting ?? item.range;
    adapt(item, range ? document.getText(new vscode.Range(range.start, position)) : "");
  }
  return list;
}

function adapt(item, typed) {
  // The server is asked at each letter, and knows what fits best there. VS Code would sort by its own idea of that, in which a function that
  // begins with the letters stands before a column of a side that does: where all items fit alike, the server's order stays.
  if (typed) item.filterText = `${typed}_${item.filterText ?? item.label}`;
  // Snippets of package.json are offered by "Insert Snippet" only, by a setting that hides every item of this kind.
  if (item.kind === vscode.CompletionItemKind.Snippet) item.kind = vscode.CompletionItemKind.Struct;
  const text = typeof item.insertText === "string" ? item.insertText : (item.insertText?.value ?? "");
  if (!item.command && goesOn(text)) item.command = offer(text.includes("("));
}

// goesOn reports whether something is still to be written where the cursor stands after a text was inserted: at an empty place, or
// after a blank or a dot. Where a place has a text, it is selected, and a list beside it would be in the way.
function goesOn(text) {
  const places = [...text.matchAll(/\$(?:\{(\d)([:|]?)|(\d))/g)].map((m) => ({ order: Number(m[1] ?? m[3]) || 10, empty: !m[2] })); // $0 is the last
  if (places.length === 0) return /[ .]$/.test(text);
  return places.sort((a, b) => a.order - b.order)[0].empty;
}

// offer is the command that shows what may stand at the cursor, and in a call what its parameters are. It shows nothing where there
// is nothing.
function offer(call) {
  const suggest = { command: "editor.action.triggerSuggest", args: { auto: true } };
  if (!call) return { title: "", command: suggest.command, arguments: [suggest.args] };
  return { title: "", command: "runCommands", arguments: [{ commands: ["editor.action.triggerParameterHints", suggest] }] };
}

module.exports = { provideCompletionItem, goesOn };
