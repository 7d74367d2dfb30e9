-- SPDX-License-Identifier: Apache-2.0
--
-- manual.lua: a filter of pandoc's for tools/manual.  Of the chapters, which stand one behind the other with a comment
-- "chapter: FILE NAME" before each, it makes one text:
--
--   * a heading gets an anchor that no other chapter has (HTML), or a node (Texinfo; its menus are makeinfo's)
--   * a link to another chapter's file, and the name of such a file in `code`, leads to that chapter; a link to any
--     other file of the sources is its text, because the manual stands without them
--   * in Texinfo a table has widths by what is in it, and a picture is the text file beside it, NAME.txt

local texinfo = FORMAT:match("texinfo") ~= nil
local COLUMNS = 76 -- of a table in an info file
local TOP = "doc/manual.md" -- its chapter is the top of the info file

local chapters = {} -- file -> {slug, node}
local anchors = {} -- "file#fragment" -> anchor or node
local file, taken = nil, {}

-- The chapter that a block begins: file and name, or nothing.
local function chapter_of(block)
    if block.t == "RawBlock" then
        return block.text:match("^<!%-%- chapter: (%S+) (.-) %-%->")
    end
end

local function slug_of(path)
    return (path:gsub("^doc/", ""):gsub("%.md$", ""):lower():gsub("[^%w]+", "-"))
end

-- TARGET as FILE's text has it, from the top of the sources.
local function resolved(from, target)
    local dir = from:match("^(.*/)") or ""
    local path = dir .. target
    while path:find("[^/]+/%.%./") do
        path = path:gsub("[^/]+/%.%./", "", 1)
    end
    return path
end

-- What a node's name may not have.
local function node_of(text, chapter)
    local name = text:gsub("(%d)%.(%d)", "%1-%2"):gsub("(%d)%.(%d)", "%1-%2")
    name = name:gsub("[.,:()@{}]", ""):gsub("%s+", " "):gsub("^ ", "")
    if taken[name] then
        name = chapter.node .. " - " .. name
    end
    local first, n = name, 1
    while taken[name] do
        n = n + 1
        name = first .. " " .. n
    end
    taken[name] = true
    return name
end

-- --- the first pass: which chapters and headings there are ---------------------------------------------------------

local function collect(blocks)
    local now, current, level
    local open, children = {}, {} -- the headers above, by level; header -> those right below it
    for _, block in ipairs(blocks) do
        local path, name = chapter_of(block)
        if path then
            name = texinfo and path == TOP and "Top" or name
            chapters[path], taken[name] = { slug = slug_of(path), node = name }, true
        end
    end
    for _, block in ipairs(blocks) do
        local path = chapter_of(block)
        if path then
            now, current, level, open = path, chapters[path], 0, {}
        elseif block.t == "Header" and current then
            -- gfm numbers headings of the same text through all chapters; a link counts within its own.
            local text = pandoc.utils.stringify(block)
            local own = text:lower():gsub("[^%w%s_-]", ""):gsub("%s", "-")
            local anchor
            if block.level == 1 and not current.headed then
                current.headed = true
                anchor = texinfo and current.node or current.slug
                anchors[now] = anchor
            else
                anchor = texinfo and node_of(text, current) or current.slug .. "-" .. own
                while not texinfo and taken[anchor] do
                    anchor = anchor .. "-more"
                end
                taken[anchor] = true
            end
            anchors[now .. "#" .. own] = anchors[now .. "#" .. own] or anchor
            block.attributes.anchor = anchor
            level = math.min(block.level, level + 1) -- makeinfo's sections skip no level
            block.level = level
            open[level], children[block.attributes.anchor] = block, {}
            if open[level - 1] then
                table.insert(children[open[level - 1].attributes.anchor], block)
            end
        end
    end
    for _, below in pairs(children) do
        if #below == 1 and below[1].level > 1 then
            below[1].attributes.lone = "1"
        end
    end
end

-- --- the second: links, headings, tables, pictures -----------------------------------------------------------------

local function texinfo_text(text)
    return (text:gsub("[@{}]", "@%0"):gsub(",", "@comma{}"))
end

local function reference(anchor, content)
    if not texinfo then
        return pandoc.Link(content, "#" .. anchor)
    end
    local text = pandoc.utils.stringify(content)
    if content[1].t == "Code" or text:match("^[%w/-]+%.md$") or text == anchor then
        return pandoc.RawInline("texinfo", "@ref{" .. anchor .. "}")
    end
    return pandoc.RawInline("texinfo", "@ref{" .. anchor .. ",," .. texinfo_text(text) .. "}")
end

local function link(element)
    if element.target:match("^%a[%w+.-]*:") then
        return element
    end
    local path, fragment = element.target:match("^([^#]*)#?(.*)$")
    path = path == "" and file or resolved(file, path)
    local anchor = fragment == "" and anchors[path] or anchors[path .. "#" .. fragment]
    if chapters[path] and not anchor then
        error(file .. ": a link to " .. element.target .. ", where there is no such heading")
    end
    return anchor and reference(anchor, element.content) or element.content
end

local function code(element)
    if element.text ~= file and anchors[element.text] then
        return reference(anchors[element.text], { element })
    end
end

local function header(element)
    local anchor = element.attributes.anchor
    local lone = element.attributes.lone
    element.attributes.anchor, element.attributes.lone = nil, nil
    element.identifier = anchor
    if not texinfo then
        return element
    end
    local command = ({ "unnumbered", "unnumberedsec", "unnumberedsubsec" })[element.level] or "unnumberedsubsubsec"
    local node = "@node " .. anchor .. "\n@" .. command .. " "
    if file == TOP then
        node = element.level == 1 and "@node Top\n@top " or "@subheading "
    elseif lone then -- makeinfo 6.8 makes a menu of it, and says that there is none
        node = "@menu\n* " .. anchor .. "::\n@end menu\n\n" .. node
    end
    local content = pandoc.List({ pandoc.RawInline("texinfo", node) })
    content:extend(element.content)
    return pandoc.Plain(content)
end

-- The longest word and the whole of a cell, in columns.
local function measure(cell)
    local text, word = pandoc.utils.stringify(cell), 1
    for part in text:gmatch("%S+") do
        word = math.max(word, utf8.len(part) + 2)
    end
    return word, math.max(1, utf8.len(text) + 2)
end

-- Each column has room for its longest word; what is left goes to those that have more to say.
local function table_widths(element)
    local simple = pandoc.utils.to_simple_table(element)
    local least, most, rows = {}, {}, { simple.headers, table.unpack(simple.rows) }
    for _, row in ipairs(rows) do
        for i, cell in ipairs(row) do
            local word, all = measure(cell)
            least[i], most[i] = math.max(least[i] or 1, word), math.max(most[i] or 1, all)
        end
    end
    local used, wanted = 0, 0
    for i = 1, #least do
        used, wanted = used + least[i], wanted + most[i] - least[i]
    end
    local spare = math.max(0, COLUMNS - used)
    local widths, sum = {}, 0
    for i = 1, #least do
        widths[i] = least[i] + (wanted > 0 and spare * (most[i] - least[i]) / wanted or 0)
        sum = sum + widths[i]
    end
    for i = 1, #least do
        widths[i] = math.floor(100 * widths[i] / math.max(sum, COLUMNS)) / 100
    end
    simple.widths = widths
    return pandoc.utils.from_simple_table(simple)
end

-- A picture alone in its paragraph.
local function picture(element)
    local image = element.content[1]
    if #element.content ~= 1 or image.t ~= "Image" then
        return nil
    end
    local path = resolved(file, image.src)
    if not texinfo then
        image.src = path
        return element
    end
    local drawn = io.open((path:gsub("%.svg$", ".txt")))
    if not drawn then
        return pandoc.Para(image.caption)
    end
    local text = drawn:read("a")
    drawn:close()
    return pandoc.CodeBlock((text:gsub("\n$", "")))
end

function Pandoc(doc)
    collect(doc.blocks)
    local result = pandoc.List()
    for _, block in ipairs(doc.blocks) do
        local path = chapter_of(block)
        if path then
            file = path
        elseif not (block.t == "RawBlock" and block.text:match("^<!%-%-")) then
            local holder = pandoc.walk_block(pandoc.Div({ block }), { Link = link, Para = picture })
            holder = pandoc.walk_block(holder, { Code = not (block.t == "Header") and code or nil })
            holder = pandoc.walk_block(holder, { Header = header, Table = texinfo and table_widths or nil })
            result:extend(holder.content)
        end
    end
    return pandoc.Pandoc(result, doc.meta)
end
