// The extension: starts `recon lsp`, and gives its commands and the tests their places in VS Code.
"use strict";

const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");
const { TestExplorer } = require("./tests");
const { ruleAt, testAt } = require("./declarations");

let client; // the running LanguageClient, or undefined
let output;

async function activate(context) {
  output = vscode.window.createOutputChannel("recon");
  const explorer = new TestExplorer(program, output);
  context.subscriptions.push(
    output,
    explorer,
    vscode.commands.registerCommand("recon.restart", restart),
    vscode.commands.registerCommand("recon.output", () => output.show(true)),
    vscode.commands.registerCommand("recon.testHere", () => testHere(explorer)),
    vscode.commands.registerCommand("recon.planHere", planHere),
    vscode.workspace.onDidChangeConfiguration((e) => {
      if (e.affectsConfiguration("recon.path")) return restart();
    }),
  );
  await Promise.all([start(), explorer.discover()]);
}

function deactivate() {
  return stop();
}

// program is what the setting names.
function program() {
  return vscode.workspace.getConfiguration("recon").get("path") || "recon";
}

async function start() {
  const server = { command: program(), args: ["lsp"] };
  client = new LanguageClient(
    "recon",
    "recon",
    { run: server, debug: server },
    {
      documentSelector: [{ scheme: "file", language: "recon" }, { scheme: "untitled", language: "recon" }],
      outputChannel: output,
    },
  );
  try {
    await client.start();
  } catch (err) {
    client = undefined;
    output.appendLine(`${server.command} lsp does not start: ${err.message}`);
    const settings = "Open settings";
    vscode.window // not waited for: the test explorer works meanwhile, and says the same of each test
      .showErrorMessage(`recon: ${server.command} lsp does not start. Install recon, or say in recon.path where it is.`, settings)
      .then((choice) => {
        if (choice === settings) vscode.commands.executeCommand("workbench.action.openSettings", "recon.path");
      });
  }
}

async function stop() {
  const old = client;
  client = undefined;
  if (old) await old.stop();
}

async function restart() {
  await stop();
  await start();
}

async function testHere(explorer) {
  const editor = vscode.window.activeTextEditor;
  const test = editor && testAt(editor.document.getText(), editor.selection.active.line);
  if (!test) {
    vscode.window.showInformationMessage("recon: there is no test at the cursor.");
    return;
  }
  if (editor.document.isDirty) await editor.document.save(); // recon test reads files
  await explorer.runAt(editor.document.uri, test.line);
}

async function planHere() {
  const editor = vscode.window.activeTextEditor;
  const rule = editor && ruleAt(editor.document.getText(), editor.selection.active.line);
  if (!rule) {
    vscode.window.showInformationMessage("recon: there is no rule at the cursor.");
    return;
  }
  if (!client) {
    vscode.window.showInformationMessage("recon: the language server does not run.");
    return;
  }
  // The server plans the text as it stands in the editor, tells the outcome in a line, and writes the plan to the output.
  await client.sendRequest("workspace/executeCommand", {
    command: "recon.plan",
    arguments: [{ uri: editor.document.uri.toString(), rule: rule.name }],
  });
  output.show(true);
}

module.exports = { activate, deactivate };
