package action

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/schema"
)

const (
	// usualRun bounds a command where the action does not say how long.
	usualRun = 30 * time.Second
	// tailBytes is how much of what a command wrote at last an error shows.
	tailBytes = 2 << 10
	// tempFail is the exit code by which a command asks to be run again, as sendmail's.
	tempFail = 75
)

// command is the kind "exec".
type command struct{}

func (command) Describe() schema.Action {
	return schema.Action{
		Name: "exec", Version: version,
		Doc: "Runs a program. It gets the message as JSON on its standard input and the message's id in RECON_MESSAGE_ID; of the environment it gets PATH and HOME. " +
			"No shell reads the command, and no value of a row is ever part of it. Exit code 0 is success; 75 asks to be run again in a moment; after any other the next run tries again, " +
			"so a program should do one thing once for each id. Beyond the timeout it is killed with all that it has started.",
		Settings: []schema.Setting{
			{Name: "command", Type: schema.Type{Kind: schema.List, Elem: &schema.Type{Kind: schema.String}}, Required: true, Example: `["./ticket.sh", "--queue", "finance"]`,
				Doc: "The program and its arguments, one text each. A path counts from the rule file, and so does the program's working folder."},
			timeoutSetting(usualRun, "How long it may run."),
		},
		Fields: []schema.Setting{textField(false, "A text for people, as \"text\" in the JSON.")},
	}
}

func (command) Do(ctx context.Context, req sdk.ActionRequest) error {
	limit, err := timeout(req.Config, usualRun)
	if err != nil {
		return err
	}
	words := texts(req.Config, "command")
	if len(words) == 0 || words[0] == "" {
		return &sdk.Error{Setting: "command", Message: "the command is empty"}
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	cmd.Dir = req.Dir
	cmd.Env = commandEnv(req.ID)
	cmd.Stdin = bytes.NewReader(req.Message)
	tail := &tail{}
	cmd.Stderr = tail
	cmd.WaitDelay = time.Second // what it leaves behind may hold the pipe
	apart(cmd)
	err = cmd.Run()
	var exit *exec.ExitError
	switch {
	case err == nil, errors.Is(err, exec.ErrWaitDelay): // it ended well; something it has left goes on
		return nil
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return &sdk.Error{Setting: "timeout", Message: fmt.Sprintf("%s ran for more than %s and was killed%s", words[0], limit, tail)}
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &exit):
		return &sdk.Error{Message: fmt.Sprintf("%s ended with %s%s", words[0], exit, tail), Temporary: exit.ExitCode() == tempFail}
	}
	return &sdk.Error{Setting: "command", Message: "cannot start it: " + err.Error()}
}

// commandEnv is all of the environment that a command gets.
func commandEnv(id string) []string {
	env := []string{"RECON_MESSAGE_ID=" + id}
	for _, name := range append([]string{"PATH", "HOME"}, systemVariables...) {
		if v, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+v)
		}
	}
	return env
}

// tail keeps the end of what is written.
type tail struct{ kept []byte }

func (t *tail) Write(b []byte) (int, error) {
	t.kept = append(t.kept, b...)
	if over := len(t.kept) - tailBytes; over > 0 {
		t.kept = append(t.kept[:0], t.kept[over:]...)
	}
	return len(b), nil
}

func (t *tail) String() string {
	text := strings.TrimSpace(strings.ToValidUTF8(string(t.kept), "�"))
	if text == "" {
		return ""
	}
	return ": " + text
}
