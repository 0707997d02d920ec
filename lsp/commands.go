package lsp

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/sourcegraph/jsonrpc2"
	"github.com/tliron/glsp"
	protocol "github.com/tliron/glsp/protocol_3_16"

	"github.com/recon-lang/recon/lang/diag"
)

// The commands that the server carries out.
const (
	TestCommand = "recon.test"
	PlanCommand = "recon.plan"
)

// Command is something to be run over rule files as the client has them, saved or not.
type Command struct {
	Name  string       // TestCommand or PlanCommand
	Dir   string       // folder of the files, beside which recon.lock stands
	Files []*diag.File // the file that is asked about, and those that belong together with it
	Rule  string       // "": all rules of the first file
	Test  string       // title of one test; "": all of the rule
}

// Outcome is what a command gives back to the client.
type Outcome struct {
	OK      bool          `json:"ok"`
	Summary string        `json:"summary"` // one line
	Text    string        `json:"text"`    // what recon would print
	Tests   []TestOutcome `json:"tests,omitempty"`
}

// TestOutcome is what came of one test.
type TestOutcome struct {
	Rule   string `json:"rule"`
	Title  string `json:"title"`
	Passed bool   `json:"passed"`
}

// commandArgument says which rule or test of which file is meant.
type commandArgument struct {
	URI  string `json:"uri"`
	Rule string `json:"rule,omitempty"`
	Test string `json:"test,omitempty"`
}

// executeCommand runs a command, with progress, and shows what came of it: its summary as a message, all of it in the log; a client that
// shows what it gets back is told neither. It ends when the client cancels the request, or its user the progress.
func (c *call) executeCommand(g *glsp.Context, p *protocol.ExecuteCommandParams) (any, error) {
	if p.Command != TestCommand && p.Command != PlanCommand {
		return nil, badRequest(fmt.Sprintf("no command %q: there is %s, %s", p.Command, TestCommand, PlanCommand))
	}
	var arg commandArgument
	if len(p.Arguments) > 0 {
		raw, _ := json.Marshal(p.Arguments[0])
		if err := json.Unmarshal(raw, &arg); err != nil {
			return nil, badRequest(err.Error())
		}
	}
	if arg.URI == "" {
		return nil, badRequest(p.Command + ` takes an argument {"uri": …, "rule": …, "test": …}`)
	}
	_, d, err := c.file(arg.URI)
	if err != nil {
		return nil, err
	}
	if c.cfg.Run == nil {
		return nil, badRequest("this server runs no commands")
	}
	u := c.space.units[d.path]
	cmd := Command{Name: p.Command, Dir: c.space.home(u), Files: []*diag.File{d.file}, Rule: arg.Rule, Test: arg.Test}
	for _, other := range u.docs {
		if other != d {
			cmd.Files = append(cmd.Files, other.file)
		}
	}
	title := strings.TrimSpace("recon " + strings.TrimPrefix(p.Command, "recon.") + " " + arg.Rule)
	ctx, cancel := context.WithCancel(c.ctx)
	defer cancel()
	shown := c.begin(c.session.ctx, title, "", cancel)
	out, err := c.cfg.Run(ctx, cmd, shown.report)
	switch {
	case ctx.Err() != nil:
		shown.end("cancelled")
		return nil, &jsonrpc2.Error{Code: codeRequestCancelled, Message: "cancelled"}
	case err != nil:
		shown.end("failed")
		out = Outcome{Summary: title + ": " + err.Error()}
	default:
		shown.end(out.Summary)
	}
	if c.client.showsOutcomes {
		return out, nil
	}
	kind := protocol.MessageTypeInfo
	if !out.OK {
		kind = protocol.MessageTypeWarning
	}
	if out.Text != "" {
		c.peer.notify(c.ctx, "window/logMessage", protocol.LogMessageParams{Type: protocol.MessageTypeLog, Message: out.Text})
	}
	c.peer.notify(c.ctx, "window/showMessage", protocol.ShowMessageParams{Type: kind, Message: out.Summary})
	return out, nil
}

// Verdict is what is known of the last run of a rule.
type Verdict struct {
	Text string // "pass", "fail" or "trouble"
	When string // the run's start, for a person
	Open int    // breaks that are open and not accepted
	More bool   // there are more than Open
}

// verdicts are those of the state beside a file, read once after each time that the client saved something.
func (c *call) verdicts(d *document) map[string]Verdict {
	if c.cfg.Verdicts == nil {
		return nil
	}
	dir := filepath.Dir(d.path)
	c.mu.Lock()
	known, ok := c.states[dir]
	c.mu.Unlock()
	if ok {
		return known
	}
	known, err := c.cfg.Verdicts(c.ctx, dir)
	if err != nil {
		known = nil // somebody else has the state, or there is none: nothing is shown
	}
	if c.ctx.Err() == nil {
		c.mu.Lock()
		if c.session.states == nil {
			c.session.states = map[string]map[string]Verdict{}
		}
		c.session.states[dir] = known
		c.mu.Unlock()
	}
	return known
}

// forgetVerdicts has the states read again, and the client ask again if it can be told to.
func (s *session) forgetVerdicts() {
	s.mu.Lock()
	clear(s.states)
	refresh := s.client.refreshLenses && s.state == running
	s.mu.Unlock()
	if refresh {
		s.peer.group.Go(func() { _ = s.peer.request(s.ctx, "workspace/codeLens/refresh", nil, nil) })
	}
}
