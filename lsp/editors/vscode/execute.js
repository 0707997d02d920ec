// Programs that run to their end.
"use strict";

const { spawn } = require("child_process");

// execute gives what a program printed and its exit code. It never throws: failed says why the program could not be run. A token
// ends it early.
function execute(program, args, cwd, token) {
  return new Promise((resolve) => {
    let out = "";
    let err = "";
    const child = spawn(program, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
    const stopped = token?.onCancellationRequested(() => child.kill());
    child.stdout.setEncoding("utf8").on("data", (d) => (out += d));
    child.stderr.setEncoding("utf8").on("data", (d) => (err += d));
    child.on("error", (e) => done(undefined, `${program}: ${e.message}`));
    child.on("close", (code) => done(code));
    function done(code, failed) {
      stopped?.dispose();
      resolve({ out, err, code, failed });
    }
  });
}

module.exports = { execute };
