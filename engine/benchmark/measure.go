package main

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// sample is one run of a command: time on the wall, processor time of the command and all
// its children, and, if it was watched, the largest sum of resident memory of the whole process tree.
type sample struct {
	wall, cpu time.Duration
	watched   bool
	peakBytes int64
	out       []byte
}

// every is how often the memory of a process tree is looked at; in a run of more than ten seconds, after each thousandth of what it has taken.
const every = 10 * time.Millisecond

// measure runs a command once. ok are the exit codes that are no failure. To watch its memory takes a tenth of a core and more from a command that has several processes, so runs
// whose time counts are not watched.
func measure(dir string, watch bool, ok []int, argv ...string) (sample, error) {
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Dir = dir
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return sample{}, err
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	s := sample{watched: watch}
	for running := true; running; {
		var look <-chan time.Time
		if watch {
			look = time.After(max(every, time.Since(start)/1000))
		}
		select {
		case <-look:
			s.peakBytes = max(s.peakBytes, treeBytes(cmd.Process.Pid))
		case <-done:
			running = false
		}
	}
	s.wall = time.Since(start)
	s.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	s.out = out.Bytes()
	if !slices.Contains(ok, cmd.ProcessState.ExitCode()) {
		return s, fmt.Errorf("%s: exit code %d: %s", strings.Join(argv, " "), cmd.ProcessState.ExitCode(), errs.String())
	}
	return s, nil
}

// treeBytes is the resident memory of a process and all below it. What they may share, which is pages of files (the program itself, mapped tables) and of
// shared memory, is counted once: as much as the one that has most of it.
func treeBytes(pid int) int64 {
	own, files, shared := int64(0), int64(0), int64(0)
	pids := []int{pid}
	for i := 0; i < len(pids); i++ {
		pids = append(pids, children(pids[i])...)
		r := residentOf(pids[i])
		own += r.own
		files, shared = max(files, r.files), max(shared, r.shared)
	}
	return own + files + shared
}

func children(pid int) []int {
	var pids []int
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, name := range files {
		text, _ := os.ReadFile(name)
		for _, field := range strings.Fields(string(text)) {
			if child, err := strconv.Atoi(field); err == nil {
				pids = append(pids, child)
			}
		}
	}
	return pids
}

// resident is the memory of one process by where its pages come from.
type resident struct{ own, files, shared int64 }

func residentOf(pid int) (r resident) {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(line, ":")
		kb, _, _ := strings.Cut(strings.TrimSpace(value), " ")
		n, _ := strconv.ParseInt(kb, 10, 64)
		switch name {
		case "RssAnon":
			r.own = n << 10
		case "RssFile":
			r.files = n << 10
		case "RssShmem":
			r.shared = n << 10
		}
	}
	return r
}

// middle is the run in the middle, figure by figure: its times of the runs that were not watched, if there are some, and its memory of those that were.
func middle(samples []sample) sample {
	timed := slices.DeleteFunc(slices.Clone(samples), func(s sample) bool { return s.watched })
	watched := slices.DeleteFunc(slices.Clone(samples), func(s sample) bool { return !s.watched })
	if len(timed) == 0 {
		timed = watched
	}
	return sample{
		wall:      median(timed, func(s sample) time.Duration { return s.wall }),
		cpu:       median(timed, func(s sample) time.Duration { return s.cpu }),
		peakBytes: median(watched, func(s sample) int64 { return s.peakBytes }),
	}
}

func median[T cmp.Ordered](samples []sample, figure func(sample) T) T {
	var figures []T
	for _, s := range samples {
		figures = append(figures, figure(s))
	}
	slices.Sort(figures)
	return figures[len(figures)/2]
}
