-- What the test has Neovim do with the file it was started with: what comes of it goes to $RECON_OUT as JSON.
local out = { version = tostring(vim.version().major) .. "." .. vim.version().minor, filetype = vim.bo.filetype }

local function finish()
  local f = assert(io.open(vim.env.RECON_OUT, "w"))
  f:write(vim.fn.json_encode(out))
  f:close()
  vim.cmd("qall!")
end

local function must(ok, what)
  if not ok then
    out.failed = what
    finish()
    error(what)
  end
end

local function wait(what, f)
  must(vim.wait(60000, f, 10), "waited in vain for " .. what)
end

local line, column -- of the misspelt column, as Neovim counts: lines from 1, bytes from 0
local function find(text)
  for i, l in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, true)) do
    local at = l:find(text, 1, true)
    if at then
      return i, at - 1
    end
  end
  must(false, "no " .. text .. " in the file")
end

local function client()
  for _, c in pairs(vim.lsp.buf_get_clients(0)) do
    return c
  end
end

local function ask(method, params)
  local answers = vim.lsp.buf_request_sync(0, method, params or vim.lsp.util.make_position_params(0, client().offset_encoding), 60000)
  must(answers, "no answer to " .. method)
  for _, a in pairs(answers) do
    must(not a.error, method .. ": " .. vim.inspect(a.error))
    return a.result
  end
end

wait("diagnostics", function() return #vim.diagnostic.get(0) > 0 end)
out.diagnostics = {}
for _, d in ipairs(vim.diagnostic.get(0)) do
  local text = vim.api.nvim_buf_get_lines(0, d.lnum, d.lnum + 1, true)[1]
  table.insert(out.diagnostics, { message = d.message, at = text:sub(d.col + 1, d.end_col), line = d.lnum + 1 })
end

-- can reports whether the server offers something, and notes what it does not.
out.missing = {}
local function can(capability)
  for _, c in pairs(vim.lsp.buf_get_clients(0)) do
    if c.server_capabilities[capability] then
      return true
    end
  end
  table.insert(out.missing, capability)
  return false
end

line, column = find("bill.total as")
vim.api.nvim_win_set_cursor(0, { line, column + #"bill.to" })
out.hover = ask("textDocument/hover").contents.value

line, column = find("amout >")
vim.api.nvim_win_set_cursor(0, { line, column + #"am" })
if can("completionProvider") then
  local items = ask("textDocument/completion")
  out.completion = {}
  for _, item in ipairs(items.items or items) do
    table.insert(out.completion, item.label)
  end
end

-- The quick fix as a user takes it, by the menu of actions.
if can("codeActionProvider") then
  vim.ui.select = function(actions, opts, choose)
    out.actions = {}
    for _, a in ipairs(actions) do
      table.insert(out.actions, opts.format_item and opts.format_item(a) or tostring(a))
    end
    choose(actions[1], 1)
  end
  vim.lsp.buf.code_action()
  wait("the quick fix", function()
    return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), "\n"):find("orders.amount >", 1, true)
  end)
  wait("no more errors", function() return #vim.diagnostic.get(0, { severity = vim.diagnostic.severity.ERROR }) == 0 end)
end

if can("documentFormattingProvider") then
  if vim.lsp.buf.format then
    vim.lsp.buf.format({ timeout_ms = 60000 })
  else
    vim.lsp.buf.formatting_sync(nil, 60000)
  end
end
-- A code lens as a user takes it: the plan of the rule stands in a window.
wait("code lenses", function() return #vim.lsp.codelens.get(0) > 0 end)
line, column = find("rule ")
vim.api.nvim_win_set_cursor(0, { line, column })
out.lenses = vim.tbl_map(function(l) return l.command.title end, vim.lsp.codelens.get(0))
vim.lsp.codelens.run() -- it is the only one there
wait("the plan", function()
  for _, w in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_config(w).relative ~= "" then
      out.plan = table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(w), 0, -1, true), "\n")
    end
  end
  return out.plan
end)
out.text = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), "\n") .. "\n"
finish()
