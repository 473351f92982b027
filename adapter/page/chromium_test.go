package page_test

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// browser is a Chromium without a window, told what to do by the DevTools protocol over two
// pipes.
type browser struct {
	t       *testing.T
	to      io.Writer
	answers chan message
	events  []message
	last    int
	session string
}

type message struct {
	ID        int                       `json:"id,omitempty"`
	Session   string                    `json:"sessionId,omitempty"`
	Method    string                    `json:"method,omitempty"`
	Params    any                       `json:"params,omitempty"`
	Result    json.RawMessage           `json:"result,omitempty"`
	Error     *struct{ Message string } `json:"error,omitempty"`
	RawParams json.RawMessage           `json:"-"`
}

// chromium starts the program and opens a page in it.
func chromium(t *testing.T, program string) *browser {
	t.Helper()
	theirs, ours, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	back, theirOut, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--remote-debugging-pipe",
		"--user-data-dir="+filepath.Join(t.TempDir(), "profile"), "about:blank")
	cmd.ExtraFiles = []*os.File{theirs, theirOut} // 3 and 4
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	theirs.Close()
	theirOut.Close()
	b := &browser{t: t, to: ours, answers: make(chan message, 1000)}
	go b.listen(back)
	t.Cleanup(func() {
		_, _ = fmt.Fprint(ours, `{"id":999999,"method":"Browser.close"}`+"\x00")
		ours.Close()
		done := make(chan error, 1)
		go func() { done <- cmd.Wait() }()
		select {
		case <-done:
		case <-time.After(20 * time.Second):
			_ = cmd.Process.Kill()
			<-done
		}
	})
	var target struct{ TargetID string }
	b.call("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var attached struct{ SessionID string }
	b.call("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached)
	b.session = attached.SessionID
	for _, domain := range []string{"Page", "Runtime", "Log", "Network"} {
		b.call(domain+".enable", nil, nil)
	}
	return b
}

func (b *browser) listen(from io.Reader) {
	defer close(b.answers)
	r := bufio.NewReaderSize(from, 1<<20)
	for {
		text, err := r.ReadBytes(0)
		if err != nil {
			return
		}
		var m struct {
			message
			Params json.RawMessage `json:"params"`
		}
		if json.Unmarshal(text[:len(text)-1], &m) == nil {
			m.message.RawParams = m.Params
			b.answers <- m.message
		}
	}
}

// call is ask where there must be an answer.
func (b *browser) call(method string, params, result any) {
	b.t.Helper()
	m := b.ask(method, params)
	if m.Error != nil {
		b.t.Fatalf("%s: %s", method, m.Error.Message)
	}
	if result != nil {
		if err := json.Unmarshal(m.Result, result); err != nil {
			b.t.Fatalf("%s: %v", method, err)
		}
	}
}

// ask waits for the answer; what happens meanwhile is kept.
func (b *browser) ask(method string, params any) message {
	b.t.Helper()
	b.last++
	text, err := json.Marshal(message{ID: b.last, Session: b.session, Method: method, Params: params})
	if err != nil {
		b.t.Fatal(err)
	}
	if _, err := b.to.Write(append(text, 0)); err != nil {
		b.t.Fatal(err)
	}
	return b.await(method, func(m message) bool { return m.ID == b.last })
}

func (b *browser) await(what string, is func(message) bool) message {
	b.t.Helper()
	deadline := time.After(time.Minute)
	for {
		select {
		case m, open := <-b.answers:
			if !open {
				b.t.Fatalf("%s: the browser is gone", what)
			}
			if is(m) {
				return m
			}
			b.events = append(b.events, m)
		case <-deadline:
			b.t.Fatalf("%s: no answer", what)
		}
	}
}

// loading waits for the page that comes of what do does.
func (b *browser) loading(do func()) {
	b.t.Helper()
	var marked int
	b.eval("window.before = 1", &marked)
	do()
	b.until("!window.before && document.readyState === 'complete'")
}

// until waits for a condition; between two pages there is nobody to ask.
func (b *browser) until(condition string) {
	b.t.Helper()
	for deadline := time.Now().Add(time.Minute); ; {
		var result struct{ Result struct{ Value any } }
		m := b.ask("Runtime.evaluate", map[string]any{"expression": condition, "returnByValue": true})
		if m.Error == nil && json.Unmarshal(m.Result, &result) == nil && result.Result.Value == true {
			return
		}
		if time.Now().After(deadline) {
			b.t.Fatalf("it never was that %s", condition)
		}
	}
}

func (b *browser) open(url string) {
	b.t.Helper()
	b.loading(func() { b.call("Page.navigate", map[string]any{"url": url}, nil) })
}

// size is that of the window, in CSS pixels.
func (b *browser) size(width, height int) {
	b.t.Helper()
	b.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}, nil)
}

func (b *browser) dark(yes bool) {
	b.t.Helper()
	scheme := "light"
	if yes {
		scheme = "dark"
	}
	b.call("Emulation.setEmulatedMedia", map[string]any{"features": []map[string]string{{"name": "prefers-color-scheme", "value": scheme}}}, nil)
}

// eval is the value of an expression in the page.
func (b *browser) eval(expression string, value any) {
	b.t.Helper()
	var result struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails json.RawMessage
	}
	b.call("Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true}, &result)
	if result.ExceptionDetails != nil {
		b.t.Fatalf("%s: %s", expression, result.ExceptionDetails)
	}
	if err := json.Unmarshal(result.Result.Value, value); err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
}

func (b *browser) key(name string, code int, text string) {
	b.t.Helper()
	for _, kind := range []string{"keyDown", "keyUp"} {
		params := map[string]any{"type": kind, "key": name, "code": name, "windowsVirtualKeyCode": code}
		if kind == "keyDown" && text != "" {
			params["text"] = text
		}
		b.call("Input.dispatchKeyEvent", params, nil)
	}
}

func (b *browser) write(text string) {
	b.t.Helper()
	b.call("Input.insertText", map[string]any{"text": text}, nil)
}

// picture writes what is seen, the whole page if full.
func (b *browser) picture(path string, full bool) {
	b.t.Helper()
	b.capture(path, map[string]any{"format": "png", "captureBeyondViewport": full})
}

// small writes the upper part of a page, made smaller, in few colours: for a README.
func (b *browser) small(path string, width, height int, scale float64) {
	b.t.Helper()
	b.capture(path, map[string]any{"format": "png", "captureBeyondViewport": true,
		"clip": map[string]any{"x": 0, "y": 0, "width": width, "height": height, "scale": scale}})
	file, err := os.ReadFile(path)
	if err != nil {
		b.t.Fatal(err)
	}
	seen, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		b.t.Fatal(err)
	}
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, fewColours(seen)); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// fewColours keeps the commonest colours that differ, and takes the nearest of them for others.
func fewColours(seen image.Image) *image.Paletted {
	const most, apart = 128, 20
	count := map[color.RGBA]int{}
	area := seen.Bounds()
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			count[color.RGBAModel.Convert(seen.At(x, y)).(color.RGBA)]++
		}
	}
	var kept color.Palette
	for _, c := range slices.SortedFunc(maps.Keys(count), func(a, b color.RGBA) int { return count[b] - count[a] }) {
		near := func(k color.Color) bool {
			r := k.(color.RGBA)
			return abs(int(r.R)-int(c.R))+abs(int(r.G)-int(c.G))+abs(int(r.B)-int(c.B)) < apart
		}
		if len(kept) < most && !slices.ContainsFunc(kept, near) {
			kept = append(kept, c)
		}
	}
	few := image.NewPaletted(area, kept)
	draw.Draw(few, area, seen, area.Min, draw.Src)
	return few
}

func abs(n int) int { return max(n, -n) }

func (b *browser) capture(path string, params map[string]any) {
	b.t.Helper()
	var shot struct{ Data string }
	b.call("Page.captureScreenshot", params, &shot)
	content, err := base64.StdEncoding.DecodeString(shot.Data)
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o644); err != nil {
		b.t.Fatal(err)
	}
}
