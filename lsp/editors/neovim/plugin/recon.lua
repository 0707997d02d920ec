-- Neovim settings for recon: the file type of *.recon, and the language server. Copy this file to ~/.config/nvim/plugin/,
-- or put the folder above on the runtimepath. It runs on Neovim 0.7 and later and needs no other plugin.
--
-- If recon is not on the PATH, name it in init.lua:   vim.g.recon_command = { "/opt/recon/bin/recon", "lsp" }

if vim.g.loaded_recon then
  return
end
vim.g.loaded_recon = true

-- root is the folder of the rules: the one with recon.lock or .git above the file, else the file's own.
local function root(file)
  local dir = vim.fn.fnamemodify(file, ":p:h")
  local at = dir
  while true do
    for _, mark in ipairs({ "recon.lock", ".git" }) do
      if vim.loop.fs_stat(at .. "/" .. mark) then
        return at
      end
    end
    local up = vim.fn.fnamemodify(at, ":h")
    if up == at then
      return dir
    end
    at = up
  end
end

local attached = {} -- the client by buffer
local asked = 0 -- lists that have not come yet

-- complete is CTRL-X CTRL-O before Neovim 0.11, whose own function leaves out what does not begin with the letters typed.
local function complete(findstart)
  local client = attached[vim.api.nvim_get_current_buf()]
  if findstart == 0 or not client then
    return findstart == 0 and {} or -3
  end
  local row, column = unpack(vim.api.nvim_win_get_cursor(0))
  local line = vim.api.nvim_get_current_line()
  asked = asked + 1
  vim.lsp.buf_request(0, "textDocument/completion", vim.lsp.util.make_position_params(0, client.offset_encoding), function(err, answer)
    asked = asked - 1
    local here = vim.api.nvim_win_get_cursor(0)
    if err or not answer or not vim.startswith(vim.fn.mode(), "i") or here[1] ~= row or here[2] ~= column then
      return
    end
    local function start(item)
      local at = item.textEdit.range.start.character
      return client.offset_encoding == "utf-8" and at or vim.str_byteindex(line, at, true)
    end
    local from, words = column, {}
    for _, item in ipairs(answer.items) do
      from = math.min(from, start(item))
    end
    for _, item in ipairs(answer.items) do
      table.insert(words, {
        word = line:sub(from + 1, start(item)) .. item.textEdit.newText,
        abbr = item.label,
        kind = vim.lsp.protocol.CompletionItemKind[item.kind],
        menu = item.detail or "",
        icase = 1,
        dup = 1,
      })
    end
    vim.fn.complete(from + 1, words)
  end)
  return -2 -- it comes later
end

-- follow has the menu of complete follow the letters: Neovim itself would leave in it what begins with them, or close it.
local function follow(buffer)
  local typed = false -- a letter was, while the menu was open and nothing in it chosen, or was to open
  local group = vim.api.nvim_create_augroup("recon_menu_" .. buffer, {})
  vim.api.nvim_create_autocmd("InsertCharPre", {
    group = group,
    buffer = buffer,
    callback = function()
      local menu = vim.fn.complete_info({ "mode", "selected" })
      typed = typed or asked > 0 or vim.fn.pumvisible() == 1 and menu.mode == "eval" and menu.selected == -1
    end,
  })
  vim.api.nvim_create_autocmd({ "TextChangedI", "TextChangedP" }, {
    group = group,
    buffer = buffer,
    callback = function()
      if typed then
        typed = false
        complete(1)
      end
    end,
  })
end

-- execute carries a command of a code lens out, and shows what came of it: a plan and what a test found in a window.
local function execute(command, context)
  local client = vim.lsp.get_client_by_id(context.client_id)
  local request = vim.lsp.completion and function(...) client:request(...) end or client.request
  request("workspace/executeCommand", { command = command.command, arguments = command.arguments }, function(err, answer)
    if err then
      vim.notify("recon: " .. err.message, vim.log.levels.ERROR)
    elseif command.command == "recon.plan" or not answer.ok then
      vim.lsp.util.open_floating_preview(vim.split(vim.trim(answer.text ~= "" and answer.text or answer.summary), "\n"), "", { border = "single" })
    else
      vim.notify("recon: " .. answer.summary)
    end
  end, context.bufnr)
end

-- attach has the code lenses shown. It has Neovim 0.11 and later open the menu by itself, with letters too, and fill in whole forms.
local function attach(client, buffer)
  attached[buffer] = client
  vim.api.nvim_create_autocmd({ "BufEnter", "InsertLeave", "BufWritePost" }, {
    group = vim.api.nvim_create_augroup("recon_lenses_" .. buffer, {}),
    buffer = buffer,
    callback = function() vim.lsp.codelens.refresh() end,
  })
  vim.lsp.codelens.refresh()
  local keys = vim.tbl_get(client.server_capabilities, "completionProvider", "triggerCharacters")
  if not vim.lsp.completion then
    follow(buffer)
    return
  end
  if not keys then
    return
  end
  vim.bo[buffer].completeopt = "menuone,noselect,popup"
  if vim.tbl_contains(keys, "a") then
    keys = {} -- another buffer has been here
  end
  vim.list_extend(keys, vim.split("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_", ""))
  vim.lsp.completion.enable(true, client.id, buffer, {
    autotrigger = true,
    convert = function(item)
      if item.insertTextFormat ~= 2 then
        return { word = item.textEdit.newText } -- else only up to its first blank
      end
      return {}
    end,
  })
end

-- indent is the indentation of a line: that of the one above, and two more within what is open there.
local function indent()
  local above = vim.fn.prevnonblank(vim.v.lnum - 1)
  local n = vim.fn.indent(above)
  if vim.fn.getline(above):find("[{%(%[]%s*$") then
    n = n + 2
  end
  if vim.fn.getline(vim.v.lnum):find("^%s*[}%)%]]") then
    n = n - 2
  end
  return math.max(n, 0)
end

_G.recon = { complete = complete, indent = indent } -- for options, which find functions by name only

local clients = {} -- by root, for Neovim 0.7, which has no vim.lsp.start

local function start(buffer)
  local dir = root(vim.api.nvim_buf_get_name(buffer))
  local config = {
    name = "recon",
    cmd = vim.g.recon_command or { "recon", "lsp" },
    root_dir = dir,
    workspace_folders = { { uri = vim.uri_from_fname(dir), name = dir } },
    on_attach = attach,
    init_options = { showsOutcomes = true, choices = false },
    commands = { ["recon.plan"] = execute, ["recon.test"] = execute },
  }
  if vim.fn.executable(config.cmd[1]) == 0 then
    vim.notify_once("recon: there is no program " .. config.cmd[1] .. "; set vim.g.recon_command", vim.log.levels.WARN)
    return
  end
  if vim.lsp.start then
    vim.lsp.start(config, { bufnr = buffer })
    return
  end
  if not clients[dir] or not vim.lsp.get_client_by_id(clients[dir]) then
    clients[dir] = vim.lsp.start_client(config)
  end
  vim.lsp.buf_attach_client(buffer, clients[dir])
end

local group = vim.api.nvim_create_augroup("recon", {})
vim.api.nvim_create_autocmd({ "BufRead", "BufNewFile" }, {
  group = group,
  pattern = "*.recon",
  command = "setfiletype recon",
})
vim.api.nvim_create_autocmd("FileType", {
  group = group,
  pattern = "recon",
  callback = function(event)
    local bo = vim.bo[event.buf]
    bo.commentstring = "# %s"
    bo.comments = "b:##,b:#"
    bo.expandtab = true
    bo.shiftwidth = 2
    bo.softtabstop = 2
    bo.indentexpr = "v:lua.recon.indent()"
    bo.indentkeys = "0},0),0],!^F,o,O"
    bo.omnifunc = vim.lsp.completion and "v:lua.vim.lsp.omnifunc" or "v:lua.recon.complete"
    start(event.buf)
  end,
})
