// What is open in a rule, by `recon breaks list`.
"use strict";

const fs = require("fs");
const path = require("path");
const { execute } = require("./execute");

// openBreaks gives {text}, or {trouble} that says why there is none. The state is that of the nearest folder, from the file's upwards,
// that has one, as for the verdict that the server shows over a rule.
async function openBreaks(program, file, rule) {
  let dir = path.dirname(file);
  while (!fs.existsSync(path.join(dir, ".recon")) && path.dirname(dir) !== dir) dir = path.dirname(dir);
  const { out, err, code, failed } = await execute(program, ["breaks", "list", rule, "--state", path.join(dir, ".recon"), "--wait", "2s"], path.dirname(file));
  if (failed || code !== 0) return { trouble: failed ?? err.trim() };
  return { text: out };
}

module.exports = { openBreaks };
