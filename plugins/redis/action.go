package redis

import (
	"context"
	"fmt"
	"slices"
	"strings"

	client "github.com/redis/go-redis/v9"

	"github.com/recon-lang/recon/plugins/internal/sqlread"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/schema"
)

type action struct{}

// NewAction is the action "redis". Each request has a connection of its own.
func NewAction() sdk.Action { return action{} }

func (action) Describe() schema.Action {
	return schema.Action{
		Name:    "redis",
		Version: version,
		Doc: "Runs one command on a Redis server, mostly to drop what a cache should read anew. It changes data, by what a rule found and with nobody looking: " +
			"so a handler says approval = \"auto\", and should say a limit. " +
			"A command may be run twice for one break, where recon could not note that it was run: use one that can be, such as DEL, UNLINK, EXPIRE, SET or SADD, not INCR or LPUSH.",
		PerBreak: true,
		Settings: []schema.Setting{
			urlSetting(),
			{Name: "command", Type: schema.Type{Kind: schema.String}, Required: true, Example: `"DEL acct:{user_id}"`,
				Doc: "The command and its arguments, between spaces; one with spaces stands in single quotes. {name} is the break's key or column of that name, and never more than (a part of) one argument, whatever is in it. " +
					"{side.name} says of which side. A value that is null, or not there, is an error. Commands: " + strings.Join(allowed, " ") + "."},
		},
		Fields: []schema.Setting{
			{Name: "approval", Type: schema.Type{Kind: schema.String}, Required: true, OneOf: []string{"auto"}, Example: `"auto"`,
				Doc: "Who agrees to the change before it is made: \"auto\", nobody. It has to be written, so that a reader of the rule sees that it changes data by itself."},
			{Name: "limit", Type: schema.Type{Kind: schema.Integer}, Example: "50",
				Doc: "For how many breaks of one run the command is run at most; for the others nothing is done, and the report says how many they were. Without it: for all."},
			{Name: "verify", Type: schema.Type{Kind: schema.Duration}, Example: "5s",
				Doc: "How long after the command a rule with a trigger is to compare the key again. A run of the whole rule does not wait and does not compare again: its next run says whether the break is gone."},
		},
	}
}

// allowed are the commands that write under the keys that they name, and do nothing else.
var allowed = []string{"DEL", "UNLINK", "EXPIRE", "PEXPIRE", "PERSIST", "SET", "SETEX", "HSET", "HDEL", "INCR", "LPUSH", "RPUSH", "SADD", "SREM", "XADD", "PUBLISH"}

func (action) Do(ctx context.Context, req sdk.ActionRequest) error {
	command, err := parseCommand(req.Config.Text("command", ""))
	if err != nil {
		return err
	}
	if approval := req.Fields.Text("approval", ""); approval != "auto" {
		return &sdk.Error{Setting: "approval", Message: fmt.Sprintf("approval = %q: only \"auto\" is known", approval)}
	}
	words, err := command.fill(req.Columns)
	if err != nil {
		return err
	}
	// Not sent again by the client: whoever asks decides that, and knows.
	return within(ctx, req.Config.Text("url", ""), -1, func(ctx context.Context, c *client.Client) error {
		err := c.Do(ctx, words...).Err()
		if err == nil || err == client.Nil {
			return nil
		}
		e := &sdk.Error{Message: "the server did not run " + command.name + ": " + sqlread.Scrub(err.Error(), c.Options().Password)}
		switch {
		case !answered(err):
			e.Temporary = true
		case code(err) == "NOPERM":
			e.Setting, e.Hint = "url", "grant the account "+command.name+" on these keys"
		case slices.Contains([]string{"LOADING", "BUSY", "MASTERDOWN", "TRYAGAIN", "CLUSTERDOWN", "READONLY"}, code(err)):
			e.Temporary = true
		default:
			e.Setting = "command"
		}
		return e
	})
}

// command is a command with placeholders: words, each of parts.
type command struct {
	name  string
	words [][]part // the arguments
}

// parseCommand splits a command into words before anything is put into it.
func parseCommand(text string) (*command, error) {
	fault := func(format string, args ...any) (*command, error) {
		return nil, &sdk.Error{Setting: "command", Message: fmt.Sprintf("the command %q ", text) + fmt.Sprintf(format, args...), Hint: `write it as "DEL acct:{user_id}"`}
	}
	words, err := split(text)
	if err != nil {
		return fault("%v", err)
	}
	if len(words) < 2 {
		return fault("has no argument")
	}
	c := &command{name: strings.ToUpper(words[0])}
	if !slices.Contains(allowed, c.name) {
		return fault("cannot be run: one of %s can", strings.Join(allowed, ", "))
	}
	named := false
	for _, word := range words[1:] {
		parts, err := parseTemplate(word)
		if err != nil {
			return fault("%v", err)
		}
		named = named || slices.ContainsFunc(parts, func(p part) bool { return p.name })
		c.words = append(c.words, parts)
	}
	if !named {
		return fault("names no column: it would do the same for every break")
	}
	return c, nil
}

// split splits a text at spaces; what stands in single quotes is one word, or a part of one. A quote within is doubled.
func split(text string) (words []string, err error) {
	var word strings.Builder
	begun := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\'':
			begun = true
			for i++; ; i++ {
				if i >= len(text) {
					return nil, fmt.Errorf("has a quote that is not closed")
				}
				if text[i] != '\'' {
					word.WriteByte(text[i])
					continue
				}
				if i+1 >= len(text) || text[i+1] != '\'' {
					break
				}
				word.WriteByte('\'')
				i++
			}
		case strings.IndexByte(" \t\r\n", c) >= 0:
			if begun {
				words = append(words, word.String())
			}
			word.Reset()
			begun = false
		default:
			begun = true
			word.WriteByte(c)
		}
	}
	if begun {
		words = append(words, word.String())
	}
	return words, nil
}

// fill puts the values of a break into the words.
func (c *command) fill(columns map[string]schema.Value) ([]any, error) {
	words := []any{c.name}
	for _, parts := range c.words {
		var word strings.Builder
		for _, p := range parts {
			if !p.name {
				word.WriteString(p.text)
				continue
			}
			v, ok := columns[p.text]
			switch {
			case !ok:
				return nil, &sdk.Error{Setting: "command", Message: fmt.Sprintf("the break has no column or key %q", p.text),
					Hint: "of a column that several sides have with different values, say which: {side." + p.text + "}"}
			case v.Null:
				return nil, &sdk.Error{Setting: "command", Message: fmt.Sprintf("%s of the break is null, so the command is not run", p.text)}
			}
			word.WriteString(v.String())
		}
		words = append(words, word.String())
	}
	return words, nil
}
