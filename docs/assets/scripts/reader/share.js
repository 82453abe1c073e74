// A picture to share, drawn here and saved here: black, pixel stairs, one large number, and the way down.
const readerShare = (() => {
  const [WIDTH, HEIGHT] = [1200, 630];
  const { rate, ratio } = readerSays;

  const colour = (name) => {
    // A variable of the page may be a mix of others: what it comes to is asked of an element.
    const probe = document.querySelector(".reader, .deck")?.appendChild(document.createElement("i"));
    probe.style.color = `var(${name})`;
    const found = getComputedStyle(probe).color;
    probe.remove();
    return found;
  };

  const face = (name, otherwise) => getComputedStyle(document.documentElement).getPropertyValue(name).trim() || otherwise;

  const stairs = (pen, x, y, side, first, second) => {
    for (let row = 0; row < 5; row++) {
      for (let column = row; column < 5; column++) {
        pen.fillStyle = (row + column) % 2 ? first : second;
        pen.fillRect(x + column * side, y + row * side, side - 2, side - 2);
      }
    }
  };

  const draw = async (found) => {
    const canvas = document.createElement("canvas");
    canvas.width = WIDTH;
    canvas.height = HEIGHT;
    const pen = canvas.getContext("2d");
    const [pink, violet] = [colour("--brand-1"), colour("--brand-2")];
    const [display, text] = [face("--display-face", "sans-serif"), face("--text-face", "sans-serif")];
    await Promise.allSettled([
      document.fonts.load(`64px ${display}`, /* given: letters of each file of the typeface */ "×1А"),
      document.fonts.load(`28px ${text}`, /* given: the same */ "Аа1"),
    ]);

    pen.fillStyle = "#000";
    pen.fillRect(0, 0, WIDTH, HEIGHT);
    const glow = pen.createRadialGradient(WIDTH, 0, 40, WIDTH, 0, 760);
    glow.addColorStop(0, violet);
    glow.addColorStop(1, "transparent");
    pen.globalAlpha = 0.5;
    pen.fillStyle = glow;
    pen.fillRect(0, 0, WIDTH, HEIGHT);
    pen.globalAlpha = 1;
    stairs(pen, WIDTH - 5 * 28, 0, 28, pink, violet);

    pen.fillStyle = "#fff";
    pen.font = `54px ${display}`;
    pen.fillText("ДЕВЯТЬ КРУГОВ МАТМУЛА", 56, 92);
    pen.font = `28px ${text}`;
    pen.fillStyle = "#b9b9b9";
    pen.fillText(found.name || "мой браузер", 56, 136, 760); // those who see it have browsers of their own

    const rows = readerStory.rows(found.data, null).filter((row) => row.rate);
    const whole = readerStory.whole(found.data);
    if (whole) {
      pen.fillStyle = pink;
      pen.font = `150px ${display}`;
      pen.fillText(ratio(whole), 50, 286, 500);
      pen.fillStyle = "#fff";
      pen.font = `26px ${text}`;
      pen.fillText("от трёх циклов", 56, 334);
      pen.fillText("до самого быстрого шага", 56, 368);
    }
    pen.fillStyle = "#b9b9b9";
    pen.font = `22px ${text}`;
    const peak = readerStory.ofCircle(found.data, 9);
    if (peak) pen.fillText(`лёд: ${rate(peak)}`, 56, 430, 440);
    pen.fillText(`${found.data.agent.browser} ${found.data.agent.version}, ${found.data.agent.platform}`, 56, 566, 440);

    const rates = rows.map((row) => row.rate);
    const least = Math.min(...rates) / 2;
    const span = Math.log(Math.max(...rates) / least);
    const step = Math.min(40, 430 / rows.length);
    const [left, length] = [560, 400];
    rows.forEach((row, at) => {
      const y = 176 + at * step;
      const reach = (Math.log(row.rate / least) / span) * length;
      for (let x = 0; x < reach; x += 10) {
        pen.fillStyle = x + 10 < reach ? violet : pink;
        pen.fillRect(left + x, y + step * 0.56, 8, step * 0.24);
      }
      pen.fillStyle = "#fff";
      pen.font = `${Math.round(step * 0.5)}px ${text}`;
      pen.fillText(row.title, left, y + step * 0.46, length);
      pen.textAlign = "right";
      pen.fillText(rate(row.rate), WIDTH - 56, y + step * 0.8);
      pen.textAlign = "left";
    });
    return canvas;
  };

  return {
    async picture(found) {
      const canvas = await draw(found);
      const blob = await new Promise((done, failed) => canvas.toBlob((made) => (made ? done(made) : failed(new Error("no picture"))), "image/png"));
      const file = new File([blob], "matmul.png", { type: "image/png" });
      // A phone has a sheet for it; elsewhere it is saved.
      if (matchMedia("(pointer: coarse)").matches && navigator.canShare?.({ files: [file] })) {
        await navigator.share({ files: [file] }).catch(() => {});
      } else readerPanel.save(blob, file.name);
    },
  };
})();
