package main

import (
	"bytes"
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
// its children, and the largest sum of resident memory of the whole process tree.
type sample struct {
	wall, cpu time.Duration
	peakBytes int64
	out       []byte
}

// every is how often the memory of a process tree is looked at.
const every = 10 * time.Millisecond

// measure runs a command once. ok are the exit codes that are no failure.
func measure(dir string, ok []int, argv ...string) (sample, error) {
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
	s := sample{}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			s.peakBytes = max(s.peakBytes, treeBytes(cmd.Process.Pid))
			continue
		case <-done:
		}
		break
	}
	s.wall = time.Since(start)
	s.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	s.peakBytes = max(s.peakBytes, mostResident(cmd.ProcessState))
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

// median is the run in the middle, figure by figure.
func median(samples []sample) sample {
	pick := func(less func(a, b sample) int) sample {
		s := slices.Clone(samples)
		slices.SortFunc(s, less)
		return s[len(s)/2]
	}
	return sample{
		wall:      pick(func(a, b sample) int { return int(a.wall - b.wall) }).wall,
		cpu:       pick(func(a, b sample) int { return int(a.cpu - b.cpu) }).cpu,
		peakBytes: pick(func(a, b sample) int { return int(a.peakBytes - b.peakBytes) }).peakBytes,
	}
}
