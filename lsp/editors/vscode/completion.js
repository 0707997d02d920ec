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
  // A column of a side is thought of by its own name, as the server does. VS Code would put everything that begins with the letters before it.
  if (item.kind === vscode.CompletionItemKind.Field && typed) {
    const name = typeof item.label === "string" ? item.label : item.label.label;
    const column = name.slice(name.lastIndexOf(".") + 1);
    if (column !== name && column.toLowerCase().startsWith(typed.toLowerCase())) item.filterText = `${column} ${name}`;
  }
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
