package wire

import (
	"fmt"
	"strings"
)

// Exit is how a plugin process ended that should not have. It is an error.
type Exit struct {
	How         string // "exit status 2", "killed by signal 9 (SIGKILL)"
	Peak        int64  // bytes; 0: unknown
	OutOfMemory bool   // it said so
	Killed      bool   // by a signal that the system sends when memory runs out, among others
	Words       []string
}

func (e *Exit) Error() string {
	s := e.How
	if e.Peak > 0 {
		s += fmt.Sprintf(", after using up to %d MB of memory", (e.Peak+1<<20-1)>>20)
	}
	return s
}

// exit is how p, which has ended or is about to, ended; nil if it goes on.
func (p *process) exit() *Exit {
	if !within(p.ended, cancelGrace) || p.state == nil {
		return nil
	}
	within(p.drained, 2*drainTime)
	e := &Exit{Peak: peakBytes(p.state), Words: p.log.words()}
	e.How, e.Killed = endOf(p.state)
	e.Killed = e.Killed && !p.killed.Load()
	for _, line := range e.Words {
		if strings.Contains(line, "out of memory") || strings.Contains(line, "cannot allocate memory") {
			e.OutOfMemory = true
		}
	}
	return e
}
