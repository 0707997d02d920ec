package lsp

import (
	"bytes"
	"slices"
	"strconv"
	"sync"

	"github.com/tliron/glsp"
	protocol "github.com/tliron/glsp/protocol_3_16"

	"github.com/recon-lang/recon/lsp/feature"
)

// tokenWidth is how many numbers stand for one token: lines and characters since the one before, length, type, modifiers.
const tokenWidth = 5

// painted are the tokens that the client has of each file, from which it is told the differences.
type painted struct {
	mu    sync.Mutex
	last  int
	files map[string]paintedFile // by URI
}

type paintedFile struct {
	id   string
	data []protocol.UInteger
}

// keep notes what the client has of a file, and gives it a name.
func (p *painted) keep(uri string, data []protocol.UInteger) (id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.files == nil {
		p.files = map[string]paintedFile{}
	}
	p.last++
	id = strconv.Itoa(p.last)
	p.files[uri] = paintedFile{id, data}
	return id
}

// kept is what the client has of a file, if that is the answer of that name.
func (p *painted) kept(uri, id string) ([]protocol.UInteger, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f, ok := p.files[uri]
	return f.data, ok && f.id == id
}

// forget forgets a file that is closed.
func (p *painted) forget(uri string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.files, uri)
}

func (c *call) semanticTokens(_ *glsp.Context, p *protocol.SemanticTokensParams) (*protocol.SemanticTokens, error) {
	s, d, err := c.file(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	data := c.tokenData(d, feature.Tokens(s, 0, len(d.file.Text)))
	id := c.painted.keep(p.TextDocument.URI, data)
	return &protocol.SemanticTokens{ResultID: &id, Data: data}, nil
}

func (c *call) semanticTokensRange(_ *glsp.Context, p *protocol.SemanticTokensRangeParams) (any, error) {
	s, d, err := c.file(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	start, end := c.bytesOf(d, p.Range)
	return &protocol.SemanticTokens{Data: c.tokenData(d, feature.Tokens(s, start, end))}, nil
}

// semanticTokensDelta is one edit of what the client has, or everything if that is not known any more.
func (c *call) semanticTokensDelta(g *glsp.Context, p *protocol.SemanticTokensDeltaParams) (any, error) {
	before, ok := c.painted.kept(p.TextDocument.URI, p.PreviousResultID)
	all, err := c.semanticTokens(g, &protocol.SemanticTokensParams{TextDocument: p.TextDocument})
	if err != nil || !ok {
		return all, err
	}
	edits := []protocol.SemanticTokensEdit{}
	if start, end, data := differ(before, all.Data); start < end || len(data) > 0 {
		edits = append(edits, protocol.SemanticTokensEdit{Start: protocol.UInteger(start), DeleteCount: protocol.UInteger(end - start), Data: data})
	}
	return &protocol.SemanticTokensDelta{ResultId: all.ResultID, Edits: edits}, nil
}

// differ is what takes the place of numbers [start, end) of before, in whole tokens.
func differ(before, after []protocol.UInteger) (start, end int, data []protocol.UInteger) {
	same := func(i, j int) bool { return slices.Equal(before[i:i+tokenWidth], after[j:j+tokenWidth]) }
	for start < len(before) && start < len(after) && same(start, start) {
		start += tokenWidth
	}
	end, last := len(before), len(after)
	for end > start && last > start && same(end-tokenWidth, last-tokenWidth) {
		end, last = end-tokenWidth, last-tokenWidth
	}
	return start, end, after[start:last]
}

// tokenData writes tokens as the protocol has them. One of several lines is one for each line.
func (c *call) tokenData(d *document, tokens []feature.Token) []protocol.UInteger {
	data := make([]protocol.UInteger, 0, len(tokens)*tokenWidth)
	var line, character protocol.UInteger
	add := func(start, end int, t feature.Token) {
		r := d.lines.rangeOf(start, end, c.client.encoding)
		if r.End.Character == r.Start.Character {
			return
		}
		if r.Start.Line != line {
			character = 0
		}
		data = append(data, r.Start.Line-line, r.Start.Character-character, r.End.Character-r.Start.Character, protocol.UInteger(t.Type), protocol.UInteger(t.Modifiers))
		line, character = r.Start.Line, r.Start.Character
	}
	for _, t := range tokens {
		for at := t.Start; at < t.End; {
			end := t.End
			if i := bytes.IndexByte(d.file.Text[at:end], '\n'); i >= 0 {
				end = at + i
			}
			add(at, end-len(d.file.Text[at:end])+len(bytes.TrimRight(d.file.Text[at:end], "\r")), t)
			at = end + 1
		}
	}
	return data
}

// legend names the numbers of tokens.
var legend = protocol.SemanticTokensLegend{TokenTypes: feature.TokenTypes, TokenModifiers: feature.TokenModifiers}
