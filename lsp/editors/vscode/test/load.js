// Loads the extension in the folder that is named, with everything that it requires but VS Code itself, which any name of answers.
"use strict";

const Module = require("module");
const path = require("path");

const anything = () =>
  new Proxy(class {}, { get: (target, name) => (name in target || typeof name === "symbol" ? Reflect.get(target, name) : anything()) });
const vscode = anything();
const load = Module._load;
Module._load = function (name, ...rest) {
  return name === "vscode" ? vscode : load.call(this, name, ...rest);
};
const folder = path.resolve(process.argv[2]);
const extension = require(folder);
const loaded = require.cache[require.resolve("vscode-languageclient/node", { paths: [folder] })];
if (typeof extension.activate !== "function" || !loaded || !loaded.filename.startsWith(folder)) {
  throw new Error("the extension does not load by what is packed with it");
}
