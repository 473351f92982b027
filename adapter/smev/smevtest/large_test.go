package smevtest_test

import (
	"bufio"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jlaffaye/ftp"

	"egissogw/adapter/smev/smevtest"
	"egissogw/adapter/smev/smevtest/filestore"
	"egissogw/crypto/cms"
	"egissogw/crypto/streebog"
)

// largeFile is the size of the file: more than is read as a package, or what the
// environment asks for. With the race detector the hash takes its time.
func largeFile(t *testing.T) int64 {
	if n, err := strconv.Atoi(os.Getenv("SMEVTEST_LARGE_MIB")); err == nil {
		return int64(n) << 20
	}
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	if raceEnabled {
		return 33 << 20
	}
	return 40 << 20
}

// stream is a file that is nowhere: numbered lines up to a size.
type stream struct{ at, size int64 }

func (s *stream) Read(b []byte) (int, error) {
	if s.at == s.size {
		return 0, io.EOF
	}
	n := int(min(int64(len(b)), s.size-s.at))
	fillLines(b[:n], s.at)
	s.at += int64(n)
	return n, nil
}

// fillLines touches nothing but its argument; the race detector leaves it alone.
//
//go:norace
func fillLines(b []byte, at int64) {
	for i := range b {
		b[i] = 'a' + byte((at+int64(i))*31>>7%26)
	}
}

// peak measures how much the heap grows while something is done.
func peak(do func()) (grown uint64, took time.Duration) {
	debug.FreeOSMemory()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	ctx, stop := context.WithCancel(context.Background())
	highest := make(chan uint64)
	go func() {
		var top uint64
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				var now runtime.MemStats
				runtime.ReadMemStats(&now)
				top = max(top, now.HeapAlloc)
			case <-ctx.Done():
				highest <- top
				return
			}
		}
	}()
	began := time.Now()
	do()
	took = time.Since(began)
	stop()
	top := <-highest
	return max(top, before.HeapAlloc) - before.HeapAlloc, took
}

// residentPeak is the largest memory this process ever had, in MiB.
func residentPeak() string {
	f, err := os.Open("/proc/self/status")
	if err != nil {
		return "unknown"
	}
	defer f.Close()
	for in := bufio.NewScanner(f); in.Scan(); {
		if kib, found := strings.CutPrefix(in.Text(), "VmHWM:"); found {
			return strings.TrimSpace(kib)
		}
	}
	return "unknown"
}

// A file of any size goes up, is checked, comes down, and never lies in memory.
func TestLargeFileUpAndDown(t *testing.T) {
	const allowed = 24 << 20
	size := largeFile(t)
	w := newWorld(t, func(o *smevtest.Options) { o.Save, o.Logins = "", filestore.Logins{Keep: true} })
	step := func(name string, do func()) {
		t.Helper()
		grown, took := peak(do)
		t.Logf("%s: %v, heap grew by %.1f MiB", name, took.Round(time.Millisecond), float64(grown)/(1<<20))
		if grown > allowed {
			t.Errorf("%s: heap grew by %d MiB for a file of %d MiB", name, grown>>20, size>>20)
		}
	}
	id := messageID(w.clock.Now())
	half := size/2 + 12345
	step("upload, cut in the middle", func() {
		w.script(smevtest.Rule{On: "STOR", CutAfter: half})
		if err := w.streamUp(id, 0, size); err == nil {
			t.Fatal("the upload did not break")
		}
	})
	step("rest of the upload", func() {
		if err := w.streamUp(id, half, size); err != nil {
			t.Fatal(err)
		}
	})
	var digest []byte
	step("hash by the sender", func() {
		h := streebog.New256()
		if _, err := io.Copy(h, &stream{size: size}); err != nil {
			t.Fatal(err)
		}
		digest = h.Sum(nil)
	})
	signature, err := cms.SignDetached(t.Context(), digest, w.signer, w.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	step("hash and signature checked by the bus", func() {
		_, _, r := w.send(storage, refHeader(id, digest, signature))
		if r.fault != "" {
			t.Fatal(r.fault)
		}
		w.idle()
	})
	// It cannot be a package, which is what ЕГИССО says; the bus let it pass.
	if got := w.take().valueOf("message"); !strings.Contains(got, "слишком велик") {
		t.Errorf("answer = %q", got)
	}
	step("file for the participant stored, hashed and signed", func() {
		w.push(smevtest.Push{Content: []byte(question), Files: []smevtest.File{
			{Name: "large.bin", MimeType: "application/octet-stream", Content: &stream{size: size}},
		}})
	})
	r := w.takeRequest()
	header := r.at("RequestMessage", "Request", "SenderProvidedRequestData", "RefAttachmentHeaderList").Elements()[0]
	if got := (reply{body: header}).text("Hash"); got != base64.StdEncoding.EncodeToString(digest) {
		t.Error("the hash of the stored file differs")
	}
	step("download", func() {
		n, err := w.streamDown(r)
		if err != nil || n != size {
			t.Errorf("%d of %d bytes, %v", n, size, err)
		}
	})
	t.Logf("%d MiB; largest resident size of the whole process, client included: %s", size>>20, residentPeak())
}

// streamUp stores a file from an offset on.
func (w *world) streamUp(id string, from, size int64) error {
	c, err := ftp.Dial(w.bus.FTPAddr(), ftp.DialWithTimeout(time.Minute))
	if err != nil {
		return err
	}
	defer func() { _ = c.Quit() }()
	if err := c.Login("anonymous", "smev"); err != nil {
		return err
	}
	if from == 0 {
		return errors.Join(c.MakeDir(id), c.ChangeDir(id), c.Stor("package.xml", &stream{size: size}))
	}
	if err := c.ChangeDir(id); err != nil {
		return err
	}
	if there, err := c.FileSize("package.xml"); err != nil || there != from {
		return errors.Join(err, errors.New("the size is "+strconv.FormatInt(there, 10)))
	}
	return c.Append("package.xml", &stream{at: from, size: size})
}

// streamDown fetches the file of a pushed message and forgets it.
func (w *world) streamDown(r reply) (int64, error) {
	access := reply{body: r.at("RequestMessage", "Request", "FSAttachmentsList").Elements()[0]}
	c, err := ftp.Dial(w.bus.FTPAddr(), ftp.DialWithTimeout(time.Minute))
	if err != nil {
		return 0, err
	}
	defer func() { _ = c.Quit() }()
	if err := c.Login(access.text("UserName"), access.text("Password")); err != nil {
		return 0, err
	}
	file, err := c.Retr(access.text("FileName"))
	if err != nil {
		return 0, err
	}
	n, err := io.Copy(io.Discard, file)
	return n, errors.Join(err, file.Close())
}
