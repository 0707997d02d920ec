package dbtest

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"runtime"
	"strconv"
	"syscall"
)

// startTied starts command so that it dies with this process, however that ends. Linux sends the signal when the
// thread that started the child ends, so that thread is kept.
func startTied(command *exec.Cmd) error {
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		attributes := syscall.SysProcAttr{}
		if command.SysProcAttr != nil {
			attributes = *command.SysProcAttr
		}
		attributes.Pdeathsig = syscall.SIGKILL
		command.SysProcAttr = &attributes
		err := command.Start()
		started <- err
		if err == nil {
			select {}
		}
	}()
	return <-started
}

// unprivileged gives dir to an account that a server may run as, where this process is root's, whom servers refuse.
func unprivileged(dir, name string) (*syscall.SysProcAttr, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	account, err := user.Lookup(name)
	if err != nil {
		if account, err = user.Lookup("nobody"); err != nil {
			return nil, fmt.Errorf("find an account to run a server: %w", err)
		}
	}
	uid, err := strconv.Atoi(account.Uid)
	if err != nil {
		return nil, fmt.Errorf("account %s: %w", name, err)
	}
	gid, err := strconv.Atoi(account.Gid)
	if err != nil {
		return nil, fmt.Errorf("account %s: %w", name, err)
	}
	if err := os.Chown(dir, uid, gid); err != nil {
		return nil, err
	}
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
}
