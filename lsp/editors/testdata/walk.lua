-- What the test has Neovim do with an empty file: write the words of $RECON_STEPS, each with its first letter and the menu if the menu has it among
-- its first few. What comes of it goes to $RECON_OUT as JSON.
vim.o.completeopt = "menuone,noselect"
local few = 5
local out = { version = vim.version().major .. "." .. vim.version().minor, typed = {}, taken = 0 }

local function finish()
  local f = assert(io.open(vim.env.RECON_OUT, "w"))
  f:write(vim.fn.json_encode(out))
  f:close()
  vim.cmd("qall!")
end

-- answered is where the cursor stood when the last list came, be it an empty one; from is where its words begin.
local answered, complete, from = "", vim.fn.complete, 0
local function place()
  return table.concat(vim.api.nvim_win_get_cursor(0), ":")
end
vim.fn.complete = function(column, items)
  answered, from = place(), column - 1
  return complete(column, items)
end

local writer

-- wait goes on with the writer once f is true: keys are worked off only while nothing else runs.
local function wait(what, f)
  local until_ = vim.loop.now() + 60000
  while not f() do
    if vim.loop.now() > until_ then
      error("waited in vain for " .. what)
    end
    vim.defer_fn(function()
      local ok, err = coroutine.resume(writer)
      if not ok then
        out.failed = err
        finish()
      end
    end, 1)
    coroutine.yield()
  end
end

local function squeezed(text)
  return vim.trim((text:gsub("%s+", " ")))
end

local function written()
  return squeezed(vim.api.nvim_get_current_line())
end

local function blank()
  return vim.api.nvim_get_current_line():find("%s$") ~= nil
end

local function press(keys)
  vim.api.nvim_input((keys:gsub("<", "<lt>")))
end

-- type types a text by hand.
local function type_(text)
  local want = squeezed(written() .. (blank() and " " or "") .. text)
  press(text)
  wait("the text " .. want .. ", not " .. written(), function() return written() == want end)
end

local function open()
  answered = ""
  vim.api.nvim_input("<C-x><C-o>")
  wait("the menu after " .. written(), function() return answered == place() end)
end

-- pick takes what begins as the target does, if the menu has it among the first.
local function pick(target)
  if vim.fn.pumvisible() == 0 then
    return false
  end
  local items = vim.fn.complete_info({ "items" }).items
  local before = vim.api.nvim_get_current_line():sub(1, from)
  for i = 1, math.min(few, #items) do
    local text = squeezed(before .. items[i].word)
    local next = target:sub(#text + 1, #text + 1)
    if vim.startswith(target, text) and not (text:find("[%w_]$") and next:find("[%w_]")) then
      vim.api.nvim_input(("<C-n>"):rep(i) .. "<C-y>")
      wait("the choice of " .. items[i].word, function() return written() == text and vim.fn.pumvisible() == 0 end)
      out.taken = out.taken + 1
      return true
    end
  end
  vim.api.nvim_input("<C-e>")
  wait("the end of the menu", function() return vim.fn.pumvisible() == 0 end)
  return false
end

local function write(line)
  local target, ends = "", {}
  for i, step in ipairs(line) do
    target = target .. (step.gap and " " or "") .. step.text
    ends[i] = #target
  end
  for i, step in ipairs(line) do
    local done = #written()
    if done < ends[i] then
      if step.gap and done < ends[i] - #step.text and not blank() then
        press(" ")
        wait("a blank", blank)
      end
      local left = target:sub(done + 1):gsub("^ ", "")
      left = left:sub(1, #left - (#target - ends[i]))
      if step.hand or #left < #step.text then
        if not step.hand then
          table.insert(out.typed, step.text)
        end
        type_(left)
      else
        local first = step.text:find("^[%d|]") and "" or vim.fn.strcharpart(step.text, 0, 1)
        -- Every other time the menu is there before the letter, and follows it.
        local before = first:find("%a") and out.taken % 2 == 1
        if before then
          open()
        end
        if before and vim.fn.pumvisible() == 1 then
          answered = ""
          type_(first)
          wait("the menu to follow to " .. written(), function() return answered == place() end)
        else
          if first ~= "" then
            type_(first)
          end
          open()
        end
        if not pick(target) then
          table.insert(out.typed, step.text)
          type_(step.text:sub(#first + 1))
        end
      end
    end
  end
end

writer = coroutine.create(function()
  wait("the server", function()
    for _, c in pairs(vim.lsp.buf_get_clients(0)) do
      return c.initialized
    end
  end)
  local lines = vim.fn.json_decode(vim.fn.readfile(vim.env.RECON_STEPS))
  vim.api.nvim_input("i")
  wait("the mode", function() return vim.fn.mode() == "i" end)
  for i, line in ipairs(lines) do
    write(line)
    if i < #lines then
      vim.api.nvim_input("<CR>")
      wait("line " .. i + 1, function() return vim.fn.line(".") == i + 1 end)
    end
  end
  vim.api.nvim_input("<Esc>")
  wait("the end", function() return vim.fn.mode() == "n" end)
  if vim.lsp.buf.format then
    vim.lsp.buf.format({ timeout_ms = 60000 })
  else
    vim.lsp.buf.formatting_sync(nil, 60000)
  end
  out.text = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), "\n") .. "\n"
  finish()
end)
vim.defer_fn(function()
  local ok, err = coroutine.resume(writer)
  if not ok then
    out.failed = err
    finish()
  end
end, 1)
