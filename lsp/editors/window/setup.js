// Makes the server of VS Code that comes with code-server ready: its own modules, without compiling any. What needs a compiler, such as
// the terminal, stays away; what an extension host cannot do without gets a stand-in.
"use strict";

const { execFileSync } = require("child_process");
const fs = require("fs");
const path = require("path");

const vscode = path.join(__dirname, "node_modules/code-server/lib/vscode");
const modules = path.join(vscode, "node_modules");

if (!fs.existsSync(path.join(modules, "@vscode/ripgrep"))) {
  execFileSync("npm", ["install", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: vscode, stdio: "inherit" });
}
// It ends the extension host when the server is killed. The test kills both.
fs.writeFileSync(path.join(modules, "native-watchdog/index.js"), "exports.start = () => {};\n");
// Its log files are not looked at.
fs.writeFileSync(path.join(modules, "@vscode/spdlog/index.js"), 'throw new Error("there are no log files");\n');
fs.mkdirSync(path.join(modules, "@vscode/ripgrep/bin"), { recursive: true });
fs.rmSync(path.join(modules, "@vscode/ripgrep/bin/rg"), { force: true });
fs.symlinkSync(found("rg", "ripgrep"), path.join(modules, "@vscode/ripgrep/bin/rg"));
found("chromium", "chromium");

// found is the path of a program.
function found(name, debian) {
  for (const dir of process.env.PATH.split(path.delimiter)) {
    const file = path.join(dir, name);
    if (fs.existsSync(file)) return file;
  }
  console.error(`${name} is not installed: apt-get install ${debian}`);
  process.exit(1);
}
