package lsp

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
	stdutf16 "unicode/utf16"
	"unicode/utf8"

	"github.com/sourcegraph/jsonrpc2"
	protocol "github.com/tliron/glsp/protocol_3_16"

	"github.com/recon-lang/recon/sdk/schema"
)

func nothingKnown(string, []string) (schema.Catalog, error) { return schema.Catalog{}, nil }

// typist is a client that edits a text at random, and keeps its own copy as an editor would: in units of its encoding.
type typist struct {
	conn *jsonrpc2.Conn
	uri  string
	utf8 bool
	text string
	r    *rand.Rand
}

var keystrokes = []string{"订", "单号", "🧾", "👨‍👩‍👧", "é", "e\u0301", "x", "\n", "\r\n", "\r", " ", "{", "}", "\"", "# 注释 🀄\n", "rule 对账 between a, b {\n", "", "金额"}

// places are the offsets between characters, with their positions in the encoding.
func (c *typist) place(offset int) map[string]int {
	line, start := 0, 0
	for i := 0; i < offset; i++ {
		switch {
		case c.text[i] == '\n', c.text[i] == '\r' && (i+1 == len(c.text) || c.text[i+1] != '\n'):
			line, start = line+1, i+1
		}
	}
	rest := c.text[start:offset]
	rest = strings.TrimSuffix(rest, "\r") // between \r and \n is the end of the line
	n := len(rest)
	if !c.utf8 {
		n = len(stdutf16.Encode([]rune(rest)))
	}
	return map[string]int{"line": line, "character": n}
}

// boundary is a random offset between two characters that is not inside of \r\n.
func (c *typist) boundary() int {
	for {
		i := c.r.IntN(len(c.text) + 1)
		if (i == len(c.text) || utf8.RuneStart(c.text[i])) && !(i > 0 && i < len(c.text) && c.text[i-1] == '\r' && c.text[i] == '\n') {
			return i
		}
	}
}

// edit sends a notification with one to three changes.
func (c *typist) edit(version int) error {
	var changes []any
	for range 1 + c.r.IntN(3) {
		a, b := c.boundary(), c.boundary()
		if a > b {
			a, b = b, a
		}
		if b-a > 30 {
			b = a
		}
		text := keystrokes[c.r.IntN(len(keystrokes))]
		changes = append(changes, map[string]any{"range": map[string]any{"start": c.place(a), "end": c.place(b)}, "text": text})
		c.text = c.text[:a] + text + c.text[b:]
	}
	return c.conn.Notify(context.Background(), "textDocument/didChange", map[string]any{
		"textDocument": map[string]any{"uri": c.uri, "version": version}, "contentChanges": changes,
	})
}

// The texts of server and client are equal after hundreds of edits in Chinese and emoji, in either encoding, with two clients at a time, and with
// requests in between.
func TestTextsStayInStep(t *testing.T) {
	var clients sync.WaitGroup
	for n := range 4 {
		clients.Go(func() {
			near, far := net.Pipe()
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			server := connect(ctx, far, Config{Catalog: nothingKnown, Now: time.Now})
			nobody := jsonrpc2.HandlerWithError(func(context.Context, *jsonrpc2.Conn, *jsonrpc2.Request) (any, error) { return nil, nil })
			c := &typist{conn: jsonrpc2.NewConn(ctx, jsonrpc2.NewBufferedStream(near, jsonrpc2.VSCodeObjectCodec{}), nobody), uri: fmt.Sprintf("untitled:订单-%d", n), utf8: n%2 == 1}
			defer c.conn.Close()
			c.r = rand.New(rand.NewPCG(uint64(n), 7))
			encodings := []string{"utf-16"}
			if c.utf8 {
				encodings = []string{"utf-8"}
			}
			init := map[string]any{"processId": nil, "rootUri": nil, "capabilities": map[string]any{"general": map[string]any{"positionEncodings": encodings}}}
			if err := c.conn.Call(ctx, "initialize", init, nil); err != nil {
				t.Error(err)
				return
			}
			c.text = "recon 1\n\nsource 订单 from csv { # 🧾\n  path = \"订单.csv\"\r\n}\n"
			open := map[string]any{"textDocument": map[string]any{"uri": c.uri, "languageId": "recon", "version": 1, "text": c.text}}
			if err := c.conn.Notify(ctx, "textDocument/didOpen", open); err != nil {
				t.Error(err)
				return
			}
			for version := 2; version < 302; version++ {
				if err := c.edit(version); err != nil {
					t.Error(err)
					return
				}
				if version%10 == 0 { // its answer tells that all before it was carried out
					at := map[string]any{"textDocument": map[string]any{"uri": c.uri}, "position": c.place(c.boundary())}
					if err := c.conn.Call(ctx, "textDocument/hover", at, nil); err != nil {
						t.Error(err)
						return
					}
					if got := string(server.session.now().document(c.uri).file.Text); got != c.text {
						t.Errorf("after version %d the server has\n%q\nand the client\n%q", version, got, c.text)
						return
					}
				}
			}
		})
	}
	clients.Wait()
}

// Positions and offsets are inverse to each other, and a position that lies nowhere is taken to the nearest place.
func TestPositions(t *testing.T) {
	text := []byte("a订b\r\n🧾x\r\n\rlast")
	l := linesOf(text)
	for _, e := range []encoding{utf16, utf8Units} {
		for at := 0; at <= len(text); at++ {
			if at < len(text) && !utf8.RuneStart(text[at]) || at > 0 && at < len(text) && text[at-1] == '\r' && text[at] == '\n' {
				continue
			}
			if got := l.offset(l.position(at, e), e); got != at {
				t.Errorf("%s: byte %d is %+v, which is byte %d", e, at, l.position(at, e), got)
			}
		}
	}
	for _, c := range []struct {
		line, character uint32
		want            int
	}{{0, 1, 1}, {0, 2, 4}, {0, 99, 5}, {1, 1, 7}, {1, 2, 11}, {9, 0, len(text)}, {3, 4, len(text)}} {
		if got := l.offset(protocol.Position{Line: c.line, Character: c.character}, utf16); got != c.want {
			t.Errorf("%d:%d is byte %d, want %d", c.line, c.character, got, c.want)
		}
	}
}
