-- Has Neovim parse files with the tree-sitter grammar $RECON_GRAMMAR, a shared library, and colour the first of them by the queries of
-- $RECON_QUERIES. The files are named by $RECON_FILES, one a line. What comes of it goes to $RECON_OUT as JSON.
local add = vim.treesitter.language and vim.treesitter.language.add
if add then
  add("recon", { path = vim.env.RECON_GRAMMAR })
else
  vim.treesitter.require_language("recon", vim.env.RECON_GRAMMAR)
end

local function read(path)
  local f = assert(io.open(path))
  local text = f:read("*a")
  f:close()
  return text
end

local out = { version = vim.version().major .. "." .. vim.version().minor, faults = {}, captures = {}, files = 0 }
local parse = vim.treesitter.query.parse or vim.treesitter.parse_query
local text_of = vim.treesitter.get_node_text or vim.treesitter.query.get_node_text

for i, path in ipairs(vim.split(vim.env.RECON_FILES, "\n")) do
  local text = read(path)
  local root = vim.treesitter.get_string_parser(text, "recon"):parse()[1]:root()
  local function walk(node)
    if node:type() == "ERROR" or node:missing() then
      local row = node:start()
      table.insert(out.faults, path .. ":" .. row + 1 .. ": " .. node:type())
    end
    for child in node:iter_children() do
      walk(child)
    end
  end
  walk(root)
  if root:has_error() and #out.faults == 0 then
    table.insert(out.faults, path .. ": an error somewhere")
  end
  out.files = out.files + 1
  if i == 1 then
    local query = parse("recon", read(vim.env.RECON_QUERIES))
    for id, node in query:iter_captures(root, text, 0, -1) do
      table.insert(out.captures, query.captures[id] .. " " .. text_of(node, text))
    end
  end
end

local f = assert(io.open(vim.env.RECON_OUT, "w"))
f:write(vim.fn.json_encode(out))
f:close()
vim.cmd("qall!")
