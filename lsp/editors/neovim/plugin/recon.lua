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

local clients = {} -- by root, for Neovim 0.7, which has no vim.lsp.start

local function start(buffer)
  local dir = root(vim.api.nvim_buf_get_name(buffer))
  local config = {
    name = "recon",
    cmd = vim.g.recon_command or { "recon", "lsp" },
    root_dir = dir,
    workspace_folders = { { uri = vim.uri_from_fname(dir), name = dir } },
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
    vim.bo[event.buf].commentstring = "# %s"
    vim.bo[event.buf].comments = "b:##,b:#"
    vim.bo[event.buf].expandtab = true
    vim.bo[event.buf].shiftwidth = 2
    vim.bo[event.buf].softtabstop = 2
    -- Completion by CTRL-X CTRL-O; newer versions set this themselves.
    vim.bo[event.buf].omnifunc = "v:lua.vim.lsp.omnifunc"
    start(event.buf)
  end,
})
