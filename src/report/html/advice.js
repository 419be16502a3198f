"use strict";
// The page is complete without this script. It adds sorting of tables, a readout under the chart,
// and opens what is folded away before printing.
(() => {
    const by_value = (column, sign) => (a, b) => {
        const of = (row) => row.cells[column].dataset.value ?? row.cells[column].textContent;
        const x = of(a), y = of(b);
        const order = isNaN(x) || isNaN(y) ? x.localeCompare(y) : Number(x) - Number(y);
        return sign * order;
    };

    for (const table of document.querySelectorAll("table.sortable")) {
        const headers = [...table.tHead.rows[0].cells];
        headers.forEach((header, column) => {
            const button = document.createElement("button");
            button.type = "button";
            button.textContent = header.textContent;
            header.replaceChildren(button);
            button.addEventListener("click", () => {
                const down = header.getAttribute("aria-sort") === "ascending";
                headers.forEach((other) => other.removeAttribute("aria-sort"));
                header.setAttribute("aria-sort", down ? "descending" : "ascending");
                const body = table.tBodies[0];
                body.append(...[...body.rows].sort(by_value(column, down ? -1 : 1)));
            });
        });
    }

    const data = JSON.parse(document.getElementById("advice").textContent);
    const readout = document.getElementById("readout");
    const show = (point) => {
        const row = data.predictions[Number(point.dataset.row)];
        const seconds = (value) => value.toFixed(row.wall_s.mid < 10 ? 2 : 1);
        readout.textContent = `${row.label}: ${seconds(row.wall_s.mid)} s ` +
            `(${seconds(row.wall_s.low)}-${seconds(row.wall_s.high)}), ` +
            `${row.speedup.mid.toFixed(1)}x, limited by ${row.limited_by}`;
    };
    for (const point of document.querySelectorAll("circle[data-row]")) {
        point.addEventListener("mouseenter", () => show(point));
        point.addEventListener("focus", () => show(point));
    }

    window.addEventListener("beforeprint", () => {
        for (const folded of document.querySelectorAll("details")) {
            folded.open = true;
        }
    });
})();
