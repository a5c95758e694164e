/* report/htmlstyle.c: how a page looks, and the script of its tables.
 *
 * The script reads rows from the table, or from the data beside it, and shows 25 at a time; a
 * click on a column sorts (numbers as numbers, empty cells last, equal rows in their order), a
 * field above filters. It writes text nodes only, never markup.
 */
#include "report/page.h"

/* Colours are named once for light and once for dark. 70 rem hold a line of about 110 letters. */
const char *const sg_html_style[] = {
  ":root{--bg:#fff;--fg:#1c1e21;--dim:#5c6370;--line:#d8dce2;--soft:#f4f6f8;--accent:#1f6f8b;"
  "--bar:#9db4c0;--warn:#8a4b00;--warnbg:#fff4e0;--good:#1d6b3a;--goodbg:#e6f5ec}\n",
  "@media (prefers-color-scheme:dark){:root{--bg:#15181c;--fg:#e4e6ea;--dim:#a0a7b4;"
  "--line:#353b44;--soft:#1f242a;--accent:#6cc0dc;--bar:#56707d;--warn:#ffc46b;--warnbg:#332812;"
  "--good:#7fd6a0;--goodbg:#15301f}}\n",
  "*{box-sizing:border-box}\n"
  "body{margin:0;background:var(--bg);color:var(--fg);font:16px/1.5 system-ui,-apple-system,"
  "\"Segoe UI\",\"DejaVu Sans\",sans-serif}\n"
  "main{max-width:70rem;margin:0 auto;padding:1rem 1.25rem 4rem}\n"
  "h1{font-size:1.7rem;line-height:1.2;margin:1rem 0 .5rem}\n"
  "h2{font-size:1.3rem;margin:2.5rem 0 .6rem;border-bottom:1px solid var(--line);"
  "padding-bottom:.2rem}\n"
  "h3{font-size:1.1rem;margin:2rem 0 .4rem}\nh4{font-size:1rem;margin:1.2rem 0 .3rem}\n"
  "p{margin:.5rem 0;max-width:50rem}\na{color:var(--accent)}\n",
  ".lead{font-size:1.1rem}\n.note{color:var(--dim);font-size:.92rem}\n"
  ".warning,.good{padding:.45rem .8rem;border-left:4px solid;border-radius:3px;max-width:none}\n"
  ".warning{color:var(--warn);background:var(--warnbg)}\n"
  ".good{color:var(--good);background:var(--goodbg)}\n"
  "nav{display:flex;flex-wrap:wrap;gap:.3rem 1.1rem;font-size:.95rem;margin:.6rem 0}\n"
  ".facts{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;margin:.6rem 0}\n"
  ".facts dt{color:var(--dim)}.facts dd{margin:0;overflow-wrap:anywhere}\n"
  ".cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(7.5rem,1fr));gap:.6rem;"
  "margin:1rem 0}\n"
  ".card{background:var(--soft);border-radius:6px;padding:.6rem .8rem}\n"
  ".card b{display:block;font-size:1.35rem;font-variant-numeric:tabular-nums;line-height:1.25}\n"
  ".card span{color:var(--dim);font-size:.85rem}\n",
  ".logos{display:flex;flex-wrap:wrap;gap:1.2rem;align-items:flex-start}\n"
  "figure{margin:.4rem 0;max-width:100%;overflow-x:auto}\n"
  "figcaption{color:var(--dim);font-size:.88rem}\n"
  ".track{margin:1rem 0 1.4rem}.track svg{display:block}\n"
  "svg{max-width:100%;height:auto;color:var(--fg)}.wide svg,.track svg{max-width:none}\n"
  "@media (min-width:40rem){.fits svg{max-width:max(100%,66rem)}}\n"
  ".plot{display:block;width:100%;max-width:44rem;font-size:12px}\n"
  ".plot text{fill:var(--dim)}.plot .end{text-anchor:end}.plot .mid{text-anchor:middle}\n"
  ".plot .line{stroke:var(--line);stroke-width:1;fill:none}\n"
  ".plot .bar{fill:var(--bar)}.plot .high{fill:var(--accent)}\n"
  ".plot .mark{stroke:var(--fg);stroke-width:1.2;stroke-dasharray:4 3;fill:none}\n"
  ".plot .tag{fill:var(--fg)}\n",
  ".scroll{overflow-x:auto;margin:.5rem 0}\n"
  "table{border-collapse:separate;border-spacing:0;font-size:.87rem;"
  "font-variant-numeric:tabular-nums}\n"
  "caption{text-align:left;color:var(--dim);padding:.2rem 0}\n"
  "th,td{padding:.25rem .6rem .25rem 0;border-bottom:1px solid var(--line);text-align:left;"
  "vertical-align:top;white-space:nowrap}\n"
  "th{color:var(--dim);font-weight:600;border-bottom-width:2px}\n"
  "th.sorts{cursor:pointer}th.sorts:hover,th.sorts:focus{color:var(--accent)}\n"
  "th[aria-sort=ascending]::after{content:\" \\25B2\"}\n"
  "th[aria-sort=descending]::after{content:\" \\25BC\"}\n"
  ".number{text-align:right}.sequence{white-space:nowrap;font-family:ui-monospace,"
  "\"DejaVu Sans Mono\",Menlo,Consolas,monospace}\n"
  "td.words{white-space:normal;max-width:20rem}\n"
  ".legend{columns:22rem;column-gap:1.6rem;font-size:.85rem;color:var(--dim);"
  "margin:.4rem 0 1rem}.legend div{break-inside:avoid}\n"
  ".legend dt{display:inline;font-weight:600}.legend dt::after{content:\": \"}"
  ".legend dd{display:inline;margin:0}\n",
  ".tools{display:flex;flex-wrap:wrap;gap:.4rem .8rem;align-items:center;font-size:.88rem;"
  "color:var(--dim);margin-top:.6rem}\n"
  ".tools input,.tools button{font:inherit;color:var(--fg);background:var(--soft);"
  "border:1px solid var(--line);border-radius:4px;padding:.2rem .5rem}\n"
  ".tools button:disabled{opacity:.45}\n"
  "details{margin:.5rem 0}summary{cursor:pointer;color:var(--accent)}\n"
  "pre,code{font-family:ui-monospace,\"DejaVu Sans Mono\",Menlo,Consolas,monospace;"
  "font-size:.88em}\n"
  "pre{background:var(--soft);padding:.6rem .8rem;border-radius:6px;overflow-x:auto;"
  "white-space:pre-wrap;overflow-wrap:anywhere}\n",
  "@media (max-width:40rem){body{font-size:15px}main{padding:.6rem .8rem 3rem}"
  ".facts{grid-template-columns:1fr}.facts dd{margin-bottom:.4rem}h1{font-size:1.4rem}"
  ".plot{min-width:32rem}"
  "td.words{white-space:nowrap}"
  "th:first-child,td:first-child{position:sticky;left:0;background:var(--bg)}}\n",
  "@media print{:root{--bg:#fff;--fg:#000;--dim:#444;--line:#bbb;--soft:#f4f4f4;--accent:#1f6f8b;"
  "--bar:#9db4c0;--warn:#8a4b00;--warnbg:#fff;--good:#1d6b3a;--goodbg:#fff}"
  "body{font-size:10.5pt}main{max-width:none;padding:0}.tools,nav{display:none}"
  ".scroll,figure{overflow:visible}.wide svg,.track svg,.fits svg{max-width:100%}"
  "table{font-size:7.5pt}"
  "th,td{padding:.15rem .35rem .15rem 0}"
  "h2,h3,h4,h2+.note{break-after:avoid}figure,svg,tr,.card{break-inside:avoid}"
  "*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}\n",
  0
};

const char *const sg_html_script[] = {
  "'use strict';\n"
  "(function(){\n"
  "var PAGE=25;\n"
  "function el(name,text,klass){var e=document.createElement(name);"
  "if(text!==undefined)e.textContent=text;if(klass)e.className=klass;return e;}\n"
  "function number(text){var v=parseFloat(text);return isNaN(v)?null:v;}\n",
  "function grid(table){\n"
  " var heads=Array.from(table.tHead.rows[0].cells),body=table.tBodies[0];\n"
  " var kinds=heads.map(function(h){return h.className;});\n"
  " var data=document.getElementById(table.id+'-rows');\n"
  " var rows=data?JSON.parse(data.textContent):Array.from(body.rows).map(function(r){"
  "return Array.from(r.cells).map(function(c){return c.textContent;});});\n"
  " var nodes=data?[]:Array.from(body.rows);\n"
  " rows=rows.map(function(r,i){"
  "return{cells:r,at:i,node:nodes[i],text:r.join('\\t').toLowerCase()};});\n"
  " var shown=rows,page=0,column=-1,up=true;\n",
  " var tools=el('div',undefined,'tools'),field=el('input'),count=el('span');\n"
  " var back=el('button','Previous'),on=el('button','Next');\n"
  " field.type='search';field.placeholder='Filter';"
  "field.setAttribute('aria-label','Filter rows');\n"
  " back.type=on.type='button';\n"
  " function compare(a,b){\n"
  "  var x=a.cells[column],y=b.cells[column],d=0;\n"
  "  if(kinds[column]==='number'){x=number(x);y=number(y);\n"
  "   if(x===null||y===null)return x===y?a.at-b.at:x===null?1:-1;\n"
  "   d=x-y;}\n"
  "  else d=x<y?-1:x>y?1:0;\n"
  "  return d?(up?d:-d):a.at-b.at;}\n",
  " function draw(){\n"
  "  var pages=Math.max(1,Math.ceil(shown.length/PAGE));page=Math.min(page,pages-1);\n"
  "  body.textContent='';\n"
  "  shown.slice(page*PAGE,page*PAGE+PAGE).forEach(function(r){if(!r.node){r.node=el('tr');\n"
  "   r.cells.forEach(function(c,i){r.node.appendChild(el('td',c,kinds[i]));});}"
  "body.appendChild(r.node);});\n"
  "  count.textContent=shown.length?(page*PAGE+1)+' to '+Math.min(shown.length,(page+1)*PAGE)+"
  "' of '+shown.length:'no row';\n"
  "  back.disabled=page===0;on.disabled=page>=pages-1;}\n"
  " function select(){var words=field.value.toLowerCase().split(/\\s+/).filter(Boolean);\n"
  "  shown=rows.filter(function(r){"
  "return words.every(function(w){return r.text.indexOf(w)>=0;});});\n"
  "  if(column>=0)shown.sort(compare);page=0;draw();}\n",
  " heads.forEach(function(h,i){\n"
  "  function sort(){up=column===i?!up:kinds[i]!=='number'||/^(p|E|q|E_run)$/.test(h.textContent);"
  "column=i;\n"
  "   heads.forEach(function(o){o.removeAttribute('aria-sort');});\n"
  "   h.setAttribute('aria-sort',up?'ascending':'descending');select();}\n"
  "  h.className+=' sorts';h.tabIndex=0;h.addEventListener('click',sort);\n"
  "  h.addEventListener('keydown',function(e){if(e.key==='Enter'||e.key===' ')"
  "{e.preventDefault();sort();}});});\n"
  " field.addEventListener('input',select);\n"
  " back.addEventListener('click',function(){page--;draw();});\n"
  " on.addEventListener('click',function(){page++;draw();});\n"
  " if(rows.length>PAGE){tools.append(field,count,back,on);\n"
  "  table.parentNode.parentNode.insertBefore(tools,table.parentNode);}\n"
  " draw();}\n",
  "document.querySelectorAll('table.grid').forEach(grid);\n"
  /* A picture that is much wider than the screen begins in its middle, where summits are. */
  "document.querySelectorAll('.wide,.track').forEach(function(f){var w=f.clientWidth;\n"
  " if(f.scrollWidth>1.5*w)f.scrollLeft=(f.scrollWidth-w)/2;});\n"
  "})();\n",
  0
};
