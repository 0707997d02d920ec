// Texts that recon gives back, each in a document of its own beside the rules: a plan, what is open, what tests outside the explorer say.
"use strict";

const vscode = require("vscode");

const scheme = "recon-shown";

class Shown {
  constructor() {
    this.texts = new Map(); // by the document's URI
    this.changed = new vscode.EventEmitter();
    this.onDidChange = this.changed.event;
    this.subscriptions = [
      this.changed,
      vscode.workspace.registerTextDocumentContentProvider(scheme, this),
      vscode.workspace.onDidCloseTextDocument((d) => d.uri.scheme === scheme && this.texts.delete(d.uri.toString())),
    ];
  }

  dispose() {
    for (const s of this.subscriptions) s.dispose();
  }

  provideTextDocumentContent(uri) {
    return this.texts.get(uri.toString()) ?? "";
  }

  // beside shows a text of a file, under a title, beside what is being edited, which keeps the cursor.
  async beside(title, file, text) {
    const document = await this.put(title, file, text);
    if (document.languageId !== "recon-text") await vscode.languages.setTextDocumentLanguage(document, "recon-text"); // which has its lines wrapped
    await this.show(document, vscode.ViewColumn.Beside);
  }

  // over shows a table, which is wide, in the place of what is being edited.
  async over(title, file, text) {
    await this.show(await this.put(title, file, text), vscode.ViewColumn.Active);
  }

  put(title, file, text) {
    const uri = vscode.Uri.from({ scheme, path: `/${title}`, query: file.toString() });
    this.texts.set(uri.toString(), text);
    this.changed.fire(uri);
    return vscode.workspace.openTextDocument(uri);
  }

  async show(document, viewColumn) {
    const open = vscode.window.visibleTextEditors.find((e) => e.document.uri.toString() === document.uri.toString());
    await vscode.window.showTextDocument(document, { viewColumn: open?.viewColumn ?? viewColumn, preserveFocus: true, preview: true });
  }
}

module.exports = { Shown };
