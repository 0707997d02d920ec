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
	"syscall"
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
	if usage, is := cmd.ProcessState.SysUsage().(*syscall.Rusage); is {
		s.peakBytes = max(s.peakBytes, usage.Maxrss<<10)
	}
	s.out = out.Bytes()
	if !slices.Contains(ok, cmd.ProcessState.ExitCode()) {
		return s, fmt.Errorf("%s: exit code %d: %s", strings.Join(argv, " "), cmd.ProcessState.ExitCode(), errs.String())
	}
	return s, nil
}

// treeBytes is the resident memory of a process and all below it. Memory shared between them is
// counted once.
func treeBytes(pid int) int64 {
	own, shared := int64(0), int64(0)
	pids := []int{pid}
	for i := 0; i < len(pids); i++ {
		pids = append(pids, children(pids[i])...)
		rss, shm := resident(pids[i])
		own += rss - shm
		shared = max(shared, shm)
	}
	return own + shared
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

func resident(pid int) (rss, shared int64) {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(line, ":")
		kb, _, _ := strings.Cut(strings.TrimSpace(value), " ")
		n, _ := strconv.ParseInt(kb, 10, 64)
		switch name {
		case "VmRSS":
			rss = n << 10
		case "RssShmem":
			shared = n << 10
		}
	}
	return rss, shared
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
