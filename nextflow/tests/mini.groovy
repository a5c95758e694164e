// nextflow/tests/mini.groovy: runs main.nf and single modules without Nextflow, to test them where it is not at hand.
//
//   groovy mini.groovy parse FILE...                      each file is Groovy
//   groovy mini.groovy run TOP WORK [--stub] [name=value...]   the workflow, with params
//   groovy mini.groovy modules TOP WORK [--stub] CASES    modules alone, in WORK/MODULE; CASES is Groovy for a list of maps:
//                                                         module, inputs (a list), ext
//
// What it has of Nextflow: includes with aliases, processes (inputs staged as links, script or stub run by bash, outputs collected and
// required, eval), workflows with take, main and emit, the operators that the workflow uses, params, withName, ext, publishDir. Channels
// are lists, and everything runs at once, in order. It has no executor, no cache and no parallelism, and is no judge of Nextflow's syntax
// beyond what is Groovy.
import java.nio.file.*
import org.codehaus.groovy.control.*

// ---- Channels ----

class Chan {
    List items
    boolean single = false          // a value: every task gets it
    static Chan wrap(x) { x instanceof Chan ? x : new Chan(items: [x], single: true) }
    static List row(x) { x instanceof List ? x : [x] }
    static call1(Closure f, x) { f.maximumNumberOfParameters > 1 && x instanceof List ? f(*x) : f(x) }
    Chan map(Closure f) { new Chan(items: items.collect { call1(f, it) }, single: single) }
    Chan flatMap(Closure f) { new Chan(items: items.collectMany { call1(f, it) }) }
    Chan filter(Closure f) { new Chan(items: items.findAll { call1(f, it) }) }
    Chan combine(Chan o) { new Chan(items: items.collectMany { a -> o.items.collect { b -> row(a) + row(b) } }) }
    Chan mix(Chan... o) { new Chan(items: items + o.toList().collectMany { it.items }) }
    Chan join(Chan o) { new Chan(items: items.collectMany { a -> o.items.findAll { it[0] == a[0] }.collect { a + it.drop(1) } }) }
    Chan groupTuple() { new Chan(items: items.groupBy { it[0] }.findAll { k, v -> !(k instanceof Key) || v.size() == k.size }.collect { k, v -> [k] + (1..<v[0].size()).collect { i -> v.collect { it[i] } } }) }
    Chan collect() { new Chan(items: [items], single: true) }
    Chan toSortedList(Closure f) { new Chan(items: [items.toSorted(f)], single: true) }
    Map multiMap(Closure f) {
        // The labels of the closure were made a map by `rewrite`.
        def rows = items.collect { call1(f, it) }
        def keys = rows ? rows[0].keySet() : []
        keys ? keys.collectEntries { k -> [k, new Chan(items: rows*.get(k))] } : [:].withDefault { new Chan(items: []) }
    }
}

// What groupKey gives: a key that knows how many of its kind there will be.
class Key {
    def groupTarget
    int size
    boolean equals(o) { o instanceof Key && groupTarget == o.groupTarget }
    int hashCode() { groupTarget.hashCode() }
}

class Factory {
    static Chan fromPath(Map o = [:], p) { def f = p as File; if (!f.exists()) throw new RuntimeException("no such file: $p"); new Chan(items: [f]) }
    static Chan fromList(List l) { new Chan(items: l) }
    static Chan of(Object... l) { new Chan(items: l.toList()) }
    static Chan empty() { new Chan(items: []) }
    static Chan value(x) { Chan.wrap(x) }
}

// A callable with `out`: a process or a workflow.
class Unit extends Closure {
    Closure work
    def out
    Unit(Closure work) { super(null); this.work = work }
    def doCall(Object... args) { out = work(args.toList()) }
    def getProperty(String n) { n == 'out' ? this.@out : super.getProperty(n) }
}

// ---- Settings ----

class Settings {
    Map params = [:]
    List rules = []                 // [pattern, closure]
    File base

    void read(File file) {
        def self = this
        def text = file.text.replaceAll(/(?m)^\s*(withName|withLabel):\s*('[^']*'|\w+)\s*\{/) { all, kind, name -> "__rule('${kind}', ${name.startsWith("'") ? name : "'$name'"}) {" }
        def script = new GroovyShell(new Binding([projectDir: base.path, params: params])).parse(text)
        script.metaClass.includeConfig = { String p -> self.read(new File(file.parentFile, p)) }
        script.metaClass.params = { Closure c -> c.delegate = new Assign(into: self.params); c.resolveStrategy = Closure.DELEGATE_FIRST; c() }
        script.metaClass.process = { Closure c -> c.delegate = new Scope(settings: self); c.resolveStrategy = Closure.DELEGATE_FIRST; c() }
        script.metaClass.profiles = { Closure c -> }
        script.metaClass.manifest = { Closure c -> }
        script.run()
    }
    Map ext(String name) {
        def found = [:]
        rules.each { r -> if (r[0] == 'withName' && name ==~ r[1]) { def into = new Taken(); r[2].delegate = into; r[2].resolveStrategy = Closure.DELEGATE_FIRST; r[2](); found.putAll(into.ext); if (into.publishDir) found.__publish = into.publishDir } }
        found
    }
}
class Assign { Map into; void setProperty(String n, v) { into[n] = v }; def getProperty(String n) { n == 'into' ? this.@into : this.@into[n] } }
class Scope { Settings settings; def cpus, memory, time, errorStrategy, maxRetries, maxErrors; def __rule(kind, name, Closure c) { settings.rules << [kind, name, c] } }
class Taken { Map ext = [:]; def publishDir; def cpus, memory, time }

// ---- Files of Nextflow as Groovy ----

class Mini {
    Settings settings
    File top, work
    boolean stub
    int tasks = 0
    Map loaded = [:]

    def fail(String text) { throw new RuntimeException(text) }

    // Sections of a process or workflow: label -> lines.
    static Map sections(String body, List labels) {
        def out = [:], at = 'head'
        body.eachLine { line ->
            def m = line =~ /^    (\w+):\s*$/
            if (m.matches() && m.group(1) in labels) { at = m.group(1); out[at] = '' } else out[at] = (out[at] ?: '') + line + '\n'
        }
        out
    }

    Binding binding(File file) {
        def b = new Binding([params: settings.params, Channel: Factory, projectDir: top.path, moduleDir: file.parentFile.path, baseDir: top.path])
        b.file = { Object[] a -> def p = a.findAll { !(it instanceof Map) }[0].toString(); def o = a.find { it instanceof Map } ?: [:]
            def f = new File(p); f = f.absolute ? f : new File(System.getProperty('user.dir'), p)
            if (o.checkIfExists && !f.exists()) fail("no such file: $p")
            f }
        b.error = { t -> fail(t.toString()) }
        b.groupKey = { key, int n -> new Key(groupTarget: key, size: n) }
        b
    }

    // Everything that a file defines, by name.
    Map load(File file) {
        file = file.canonicalFile
        if (loaded[file.path]) return loaded[file.path]
        def names = [:]
        loaded[file.path] = names
        def b = binding(file)
        def text = file.text.replaceAll(/(?m)^\s*include \{ *(\w+)(?: +as +(\w+))? *\} +from +'([^']+)'\s*$/) { all, n, alias, p ->
            def unit = load(new File(file.parentFile, p + (p.endsWith('.nf') ? '' : '.nf')))[n]
            if (!unit) fail("$file: $n is not in $p")
            b.setVariable(alias ?: n, unit(alias ?: n))
            ''
        }
        def blocks = []
        text = text.replaceAll(/(?ms)^(process|workflow) *(\w*) *\{\n(.*?)^\}\n?/) { all, kind, n, body -> blocks << [kind, n, body]; '' }
        def helpers = new GroovyShell(b).parse(text)
        helpers.metaClass.methods.each { m -> if (m.declaringClass.theClass == helpers.class && !(m.name in ['main', 'run'])) b.setVariable(m.name, { Object[] a -> helpers.invokeMethod(m.name, a) }) }
        blocks.each { kind, n, body -> names[n ?: 'main'] = kind == 'process' ? { called -> new Unit({ args -> process(file, called, body, args) }) } : { called -> new Unit({ args -> workflow(file, b, body, args) }) } }
        names
    }

    // multiMap's labels become a map: `{ a, b -> x: e1 \n y: e2 }` -> `{ a, b -> [x: e1, y: e2] }`
    static String rewrite(String code) {
        code.replaceAll(/(?ms)\.multiMap \{ ([^\n]*) ->\n(.*?)^(\s*)\}$/) { all, args, body, indent ->
            ".multiMap { $args ->\n[" + body.readLines().findAll { it.trim() }.collect { it.trim() }.join(',\n') + "]\n}"
        }
    }

    def workflow(File file, Binding b, String body, List args) {
        def s = sections(body, ['take', 'main', 'emit'])
        def own = new Binding(new LinkedHashMap(b.variables))
        def take = (s.take ?: '').readLines()*.replaceFirst(/\/\/.*/, '')*.trim().findAll { it }
        if (take.size() != args.size()) fail("$file: ${take.size()} inputs, ${args.size()} given")
        [take, args].transpose().each { n, v -> own.setVariable(n, v) }
        new GroovyShell(own).evaluate(rewrite(s.main ?: s.head))
        def out = [:]
        (s.emit ?: '').readLines()*.replaceFirst(/\/\/.*/, '')*.trim().findAll { it }.each { line -> def (n, e) = line.split(/\s*=\s*/, 2); out[n] = new GroovyShell(own).evaluate(e) }
        out
    }

    // The parts of `path(x, stageAs: 'y')`, `val(x)`: [kind, name, stageAs]
    static List elements(String line) {
        (line =~ /(val|path)\s*\(?\s*(\w+)(?:,\s*stageAs:\s*'([^']*)')?\s*\)?/).collect { [it[1], it[2], it[3]] }
    }

    def process(File file, String name, String body, List args) {
        def s = sections(body, ['input', 'output', 'when', 'script', 'stub'])
        ['input', 'output', 'when', 'script', 'stub'].each { if (!s[it]) fail("$file: $name has no $it") }
        def inputs = s.input.readLines()*.trim().findAll { it }.collect { [it.startsWith('tuple'), elements(it)] }
        if (inputs.size() != args.size()) fail("$name: ${inputs.size()} inputs, ${args.size()} given")
        def chans = args.collect { Chan.wrap(it) }
        def queues = chans.findAll { !it.single }
        def n = queues ? queues*.items*.size().min() : 1
        def out = [:].withDefault { new Chan(items: []) }
        def outputs = s.output.readLines()*.trim().findAll { it }
        outputs.each { line -> out[(line =~ /emit: (\w+)/)[0][1]] = new Chan(items: [], single: !queues) }
        for (int i = 0; i < n; i++) {
            def vars = [:], links = [:]
            inputs.eachWithIndex { declared, k ->
                def value = chans[k].single ? chans[k].items[0] : chans[k].items[i]
                def parts = declared[0] ? value : [value]
                if (declared[0] && (!(parts instanceof List) || parts.size() != declared[1].size())) fail("$name: input ${k + 1} is ${declared[1]*.getAt(1)}, given: $value")
                [declared[1], parts].transpose().each { e, v -> vars[e[1]] = e[0] == 'path' ? stage(v, e[2], links) : v }
            }
            task(file, name, s, vars, links, outputs, out)
        }
        out
    }

    // Names of staged files; links: name -> file.
    def stage(value, String pattern, Map links) {
        def list = value instanceof List ? value.flatten() : [value]
        if (value == null || value == []) return []
        int k = 0
        def names = list.collect { f ->
            k++
            def n = pattern ? pattern.replace('*', f.name).replaceFirst(/\?/, "$k") : f.name
            if (links[n] && links[n] != f) fail("two files are staged as $n")
            links[n] = f
            n
        }
        names.size() == 1 ? names[0] : new Named(names)
    }

    void task(File file, String name, Map s, Map vars, Map links, List outputs, Map out) {
        def dir = new File(work, String.format('%03d-%s', ++tasks, name))
        dir.mkdirs()
        links.each { n, f -> def at = new File(dir, n); at.parentFile.mkdirs(); Files.createSymbolicLink(at.toPath(), f.canonicalFile.toPath()) }
        def b = binding(file)
        vars.each { k, v -> b.setVariable(k, v) }
        // Closures of the configuration see the inputs.
        def ext = settings.ext(name).collectEntries { k, v -> [k, v instanceof Closure ? v.rehydrate(b.variables, this, this).with { it.resolveStrategy = Closure.DELEGATE_FIRST; it() } : v] }
        b.setVariable('task', [process: name, cpus: 2, attempt: 1, ext: ext])
        b.setVariable('workflow', [containerEngine: 'docker'])
        if (!new GroovyShell(b).evaluate(s.when)) return
        def code = new GroovyShell(b).evaluate(stub ? s.stub : s.script).toString().stripIndent()
        new File(dir, '.command.sh').text = '#!/bin/bash -euo pipefail\n' + code
        def p = new ProcessBuilder('bash', '-euo', 'pipefail', '.command.sh').directory(dir).redirectErrorStream(true).redirectOutput(new File(dir, '.command.log')).start()
        p.outputStream.close()
        if (p.waitFor()) fail("$name: status ${p.exitValue()} in $dir\n" + code + new File(dir, '.command.log').text)
        outputs.each { line -> collect(dir, name, line, b, vars, links, out) }
        publish(dir, ext, b, vars, links)
    }

    void collect(File dir, String name, String line, Binding b, Map vars, Map links, Map out) {
        def emit = (line =~ /emit: (\w+)/)[0][1]
        def ev = (line =~ /eval\("([^"]*)"\)/)
        if (ev.find()) {
            def p = new ProcessBuilder('bash', '-c', ev.group(1)).directory(dir).start()
            def v = p.text.trim()
            if (!(v ==~ /[0-9]+(\.[0-9]+)+/)) fail("$name: version '$v'")
            out[emit].items << [name, 'seqgloss', v]
            return
        }
        def glob = new GroovyShell(b).evaluate('"' + (line =~ /path[ (]"([^"]*)"/)[0][1] + '"').toString()
        def found = []
        def matcher = FileSystems.default.getPathMatcher("glob:$glob")
        dir.eachFileRecurse { f -> def r = dir.toPath().relativize(f.toPath()); if (matcher.matches(r) && !links.containsKey(r.toString()) && !r.toString().startsWith('.command')) found << f }
        if (emit == 'scores') found = found.findAll { !it.name.endsWith('.json') }
        if (!found && line.contains('optional: true')) return
        if (!found) fail("$name: no output $glob in $dir")
        def value = found.size() == 1 ? found[0] : found.sort()
        out[emit].items << (line.startsWith('tuple') ? [vars.meta, value] : value)
        published = (published + found).unique()
    }
    List published = []

    void publish(File dir, Map ext, Binding b, Map vars, Map links) {
        def rule = ext.__publish
        def files = published
        published = []
        if (!rule) return
        def path = rule.path instanceof Closure ? rule.path.rehydrate(b.variables, this, this).with { it.resolveStrategy = Closure.DELEGATE_FIRST; it() } : rule.path
        files.each { f ->
            def n = dir.toPath().relativize(f.toPath()).toString()
            def to = rule.saveAs ? rule.saveAs.rehydrate(b.variables, this, this).with { it.resolveStrategy = Closure.DELEGATE_FIRST; it(n) } : n
            if (to == null) return
            def at = new File(path.toString(), to)
            at.parentFile.mkdirs()
            new ProcessBuilder('cp', '-RL', f.path, at.path).start().waitFor()
        }
    }
}

// A list of staged files: a string of their names, as in Nextflow.
class Named { @Delegate(interfaces = false) List target; Named(List l) { target = l }; String toString() { target.join(' ') } }

File.metaClass.size = { -> delegate.length() }
File.metaClass.getBaseName = { -> delegate.name.replaceFirst(/\.[^.]*$/, '') }

// ---- The command ----

def (mode, rest) = [args[0], args.drop(1).toList()]
if (mode == 'parse') {
    int bad = 0
    rest.each { f ->
        try {
            def unit = new CompilationUnit()
            // Groovy before 3 wants an expression in a string on one line; that of containers has three.
            unit.addSource(f, new File(f).text.replaceAll(/(?s)container "\$\{.*?\}"/) { it.readLines()*.trim().join(' ') })
            unit.compile(Phases.CONVERSION)
        } catch (CompilationFailedException e) { println "$f: $e.message"; bad = 1 }
    }
    System.exit(bad)
}
try {
    boolean stub = rest.remove('--stub')
    def top = new File(rest[0]).canonicalFile, work = new File(rest[1]).absoluteFile
    def settings = new Settings(base: top)
    if (mode == 'run') {
        settings.read(new File(top, 'nextflow.config'))
        rest.drop(2).each { def (k, v) = it.split('=', 2); settings.params[k] = v == 'true' ? true : v == 'false' ? false : v }
        def mini = new Mini(settings: settings, top: top, work: work, stub: stub)
        mini.load(new File(top, 'main.nf')).main('main').call()
        println "${mini.tasks} tasks"
    } else {
        def cases = new GroovyShell(new Binding([data: System.getenv('SEQGLOSS_DATA'), work: work.path])).evaluate(new File(rest[2]))
        int bad = 0
        cases.each { c ->
            try {
                def alone = new Settings(base: top)
                alone.rules << ['withName', '.*', { -> c.ext.each { k, v -> delegate.ext[k] = v } }]
                def file = new File(top, "modules/seqgloss/${c.module}/main.nf"), at = new File(work, stub ? 'stub' : 'script')
                def name = (file.text =~ /(?m)^process (\w+)/)[0][1]
                def mini = new Mini(settings: alone, top: top, work: new File(at, c.module), stub: stub)
                mini.load(file)[name](name).call(*c.inputs)
            } catch (RuntimeException e) {
                println "$c.module: $e.message"
                bad = 1
            }
        }
        System.exit(bad)
    }
} catch (RuntimeException e) {
    println "mini: ${e.message}"
    if (System.getenv('MINI_TRACE')) e.printStackTrace()
    System.exit(1)
}
