package wire

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// process is a plugin's process as go-plugin's runner. What exec.Cmd alone does not
// give: the process dies with the host, its output is kept for the message should it crash, and how it
// ended is known.
type process struct {
	cmd  *exec.Cmd
	log  *output
	life *os.File // the other end of its standard input; its end is the end of the process

	stdout  *handshakeReader
	stderr  *os.File
	started chan error
	ended   chan struct{} // closed when the process is gone
	drained chan struct{} // closed when all it wrote to stderr was read
	state   *os.ProcessState
	running atomic.Pointer[os.Process]
	killed  atomic.Bool // by us
}

// drainTime is how long output is waited for after a process has ended: something that it started
// may still hold the pipe. A very busy machine takes its time to read the last words.
const drainTime = 2 * time.Second

func newProcess(cmd *exec.Cmd, log *output) (*process, error) {
	p := &process{cmd: cmd, log: log, started: make(chan error, 1), ended: make(chan struct{}), drained: make(chan struct{})}
	stdin, life, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	stdoutRead, stdoutWrite, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, stdin.Close(), life.Close())
	}
	stderrRead, stderrWrite, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, stdin.Close(), life.Close(), stdoutRead.Close(), stdoutWrite.Close())
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, stdoutWrite, stderrWrite
	p.life, p.stdout, p.stderr = life, &handshakeReader{file: stdoutRead}, stderrRead
	protect(cmd)
	return p, nil
}

// Start starts the process and returns when it runs.
func (p *process) Start(context.Context) error {
	go p.run() // ends with the process
	err := <-p.started
	for _, f := range []any{p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr} {
		f.(*os.File).Close() // the child's ends
	}
	if err != nil {
		p.life.Close()
		p.stdout.Close()
		p.stderr.Close()
		return err
	}
	go p.read()
	return nil
}

// run starts the process and waits for it, on one thread of its own: Linux sends the signal of a
// parent's death when the thread that started the child ends, and Go ends threads as it likes.
func (p *process) run() {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := p.cmd.Start()
	if err != nil {
		p.started <- err
		close(p.ended)
		close(p.drained)
		return
	}
	p.running.Store(p.cmd.Process)
	if p.killed.Load() {
		_ = killTree(p.cmd.Process)
	}
	p.started <- nil
	_ = p.cmd.Wait() // what it says is in ProcessState
	p.state = p.cmd.ProcessState
	p.life.Close()
	close(p.ended)
	time.Sleep(drainTime)
	p.stdout.Close()
	p.stderr.Close()
}

func (p *process) read() {
	p.log.readFrom(p.stderr)
	close(p.drained)
}

// Wait returns when the process has ended. go-plugin needs no more of it.
func (p *process) Wait(context.Context) error {
	<-p.ended
	return nil
}

// Kill ends the process, and whatever it has started, at once; also when it has yet to
// start. One that is ending by itself is let go, so that its own end is what is told.
func (p *process) Kill(context.Context) error {
	if p.stdout.closed() && within(p.ended, drainTime) {
		return nil
	}
	p.killed.Store(true)
	running := p.running.Load()
	if running == nil {
		return nil
	}
	if err := killTree(running); !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	return nil
}

func (p *process) Stdout() io.ReadCloser { return p.stdout }

// Stderr is empty for go-plugin: read does the reading, since the message for a crash needs
// to know when all was read.
func (p *process) Stderr() io.ReadCloser { return io.NopCloser(bytes.NewReader(nil)) }

func (p *process) Name() string { return p.cmd.Path }

func (p *process) ID() string {
	if running := p.running.Load(); running != nil {
		return strconv.Itoa(running.Pid)
	}
	return ""
}

// Diagnose is for messages of go-plugin that are not shown.
func (p *process) Diagnose(context.Context) string { return "" }

func (p *process) PluginToHost(network, address string) (string, string, error) {
	return network, address, nil
}

func (p *process) HostToPlugin(network, address string) (string, string, error) {
	return network, address, nil
}

// handshakeReader is the standard output of a plugin, whose first line must be the
// handshake. It keeps the beginning of what was written, for the message if it is not.
type handshakeReader struct {
	file *os.File

	mu    sync.Mutex // guards what follows
	start []byte
	end   bool
}

const maxHandshake = 200

func (r *handshakeReader) Read(p []byte) (int, error) {
	n, err := r.file.Read(p)
	r.mu.Lock()
	defer r.mu.Unlock()
	if room := maxHandshake - len(r.start); room > 0 && n > 0 {
		r.start = append(r.start, p[:min(n, room)]...)
	}
	r.end = r.end || err != nil
	return n, err
}

func (r *handshakeReader) Close() error { return r.file.Close() }

// closed reports whether the plugin has closed its standard output, as it does by ending.
func (r *handshakeReader) closed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.end
}

// firstLine is what the plugin wrote first.
func (r *handshakeReader) firstLine() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	line, _, _ := strings.Cut(string(r.start), "\n")
	return strings.TrimSpace(line)
}
