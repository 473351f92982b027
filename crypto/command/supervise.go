package command

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A program is run by a process that stands between it and the gateway: our own executable
// under another name. Whatever the program starts, in whatever session or group and however
// often it forks, becomes a child of that process when its parent ends (prctl(2),
// PR_SET_CHILD_SUBREAPER), and is killed when the program has ended, when its time is over, or
// when the gateway is gone, however that ended. So nothing of a run outlives it.

// supervisorName is the first argument of that process.
const supervisorName = "egissogw: signing program"

const (
	// leashFD is a pipe whose other end the gateway holds; its end means stop.
	leashFD = 3
	// cannotStart is the exit code for a program that could not be started; standard error says why.
	cannotStart = 126
	// killLimit is how long what is left is killed again and again.
	killLimit = 2 * time.Second
	// prSetChildSubreaper is PR_SET_CHILD_SUBREAPER of linux/prctl.h.
	prSetChildSubreaper = 36
)

// init makes the process a supervisor when it was started as one. It is done here and not in
// every main function, so that none can be without it.
func init() {
	if len(os.Args) > 1 && os.Args[0] == supervisorName {
		os.Exit(supervise(os.Args[1], os.Args[2:]))
	}
}

// otherSupervisor is an executable for tests that starts faster; it has to hold this package too.
var otherSupervisor string

// supervisor prepares the process that runs a program, and the end of the leash that stops it.
func supervisor(path string, args []string) (cmd *exec.Cmd, leash *os.File, err error) {
	other, leash, err := os.Pipe()
	if err != nil {
		return nil, nil, err
	}
	self, err := ownExecutable()
	if err != nil {
		return nil, nil, errors.Join(err, other.Close(), leash.Close())
	}
	cmd = exec.Command(self)
	cmd.Args = append([]string{supervisorName, path}, args...)
	cmd.ExtraFiles = []*os.File{other}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd, leash, nil
}

func ownExecutable() (string, error) {
	if otherSupervisor != "" {
		return otherSupervisor, nil
	}
	const self = "/proc/self/exe" // also when the file was replaced by a newer one
	if _, err := os.Stat(self); err == nil {
		return self, nil
	}
	return os.Executable()
}

// supervise runs the program and then ends everything it left. The exit code is the program's.
func supervise(path string, args []string) int {
	asked := make(chan os.Signal, 1) // not ignored: the program would inherit that
	signal.Notify(asked, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGUSR1, syscall.SIGUSR2)
	syscall.CloseOnExec(leashFD)
	if _, _, failed := syscall.RawSyscall(syscall.SYS_PRCTL, prSetChildSubreaper, 1, 0); failed != 0 {
		fmt.Fprintln(os.Stderr, "become the parent of what the program leaves:", failed)
		return cannotStart
	}
	process, err := os.StartProcess(path, append([]string{path}, args...), &os.ProcAttr{
		Files: []*os.File{os.Stdin, os.Stdout, os.Stderr},
		Sys:   &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL},
	})
	if err != nil {
		var failed *os.PathError
		if errors.As(err, &failed) {
			err = failed.Err
		}
		fmt.Fprintln(os.Stderr, "start:", err)
		return cannotStart
	}
	ended := make(chan int, 1)
	go func() { ended <- waitFor(process.Pid) }()
	stop := make(chan struct{})
	go func() {
		defer close(stop)
		_, _ = os.NewFile(leashFD, "leash").Read(make([]byte, 1))
	}()
	code := 128 + int(syscall.SIGKILL)
	select {
	case code = <-ended:
	case <-stop:
	case <-asked:
	}
	killDescendants(os.Getpid())
	return code
}

// waitFor reaps whatever ends until the process has, and tells its exit code.
func waitFor(pid int) int {
	for {
		var status syscall.WaitStatus
		ended, err := syscall.Wait4(-1, &status, 0, nil)
		switch {
		case errors.Is(err, syscall.EINTR):
		case err != nil:
			return cannotStart
		case ended == pid && status.Signaled():
			return 128 + int(status.Signal())
		case ended == pid:
			return status.ExitStatus()
		}
	}
}

// killDescendants kills everything below a process until nothing is left. What is killed may
// have left children of its own, which are ours then.
func killDescendants(root int) {
	for deadline := time.Now().Add(killLimit); ; time.Sleep(time.Millisecond) {
		for _, pid := range descendants(root) {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		for {
			pid, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil)
			if errors.Is(err, syscall.ECHILD) {
				return
			}
			if pid <= 0 {
				break
			}
		}
		if time.Now().After(deadline) {
			return // what runs with other rights than ours
		}
	}
}

// descendants are the processes below root as /proc has them now.
func descendants(root int) []int {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	children := map[int][]int{}
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		if parent, ok := parentOf(pid); ok {
			children[parent] = append(children[parent], pid)
		}
	}
	var found []int
	for below := children[root]; len(below) > 0; below = below[1:] {
		found = append(found, below[0])
		below = append(below, children[below[0]]...)
	}
	return found
}

// parentOf reads the fourth field of /proc/PID/stat (proc(5)); the second is the name in
// parentheses and may hold anything.
func parentOf(pid int) (int, bool) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, false
	}
	_, rest, found := strings.Cut(string(text[max(0, strings.LastIndexByte(string(text), ')')):]), " ")
	fields := strings.Fields(rest)
	if !found || len(fields) < 2 {
		return 0, false
	}
	parent, err := strconv.Atoi(fields[1])
	return parent, err == nil
}
