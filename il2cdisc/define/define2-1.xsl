<?xml version="1.0" encoding="UTF-8"?>
<!-- Shows a define.xml of version 2.1, with or without analysis results (ARM 1.0), as one page of HTML.
     XSLT 1.0: browsers and libxslt; no script, no network. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
  xmlns:odm="http://www.cdisc.org/ns/odm/v1.3" xmlns:def="http://www.cdisc.org/ns/def/v2.1"
  xmlns:arm="http://www.cdisc.org/ns/arm/v1.0" xmlns:xlink="http://www.w3.org/1999/xlink"
  exclude-result-prefixes="odm def arm xlink">
<xsl:output method="html" encoding="UTF-8" doctype-system="about:legacy-compat" indent="no"/>
<xsl:strip-space elements="*"/>
<xsl:preserve-space elements="odm:FormalExpression arm:Code"/>

<xsl:key name="group" match="odm:ItemGroupDef" use="@OID"/>
<xsl:key name="group-of-item" match="odm:ItemGroupDef" use="odm:ItemRef/@ItemOID"/>
<xsl:key name="item" match="odm:ItemDef" use="@OID"/>
<xsl:key name="item-of-values" match="odm:ItemDef" use="def:ValueListRef/@ValueListOID"/>
<xsl:key name="values" match="def:ValueListDef" use="@OID"/>
<xsl:key name="where" match="def:WhereClauseDef" use="@OID"/>
<xsl:key name="codelist" match="odm:CodeList" use="@OID"/>
<xsl:key name="method" match="odm:MethodDef" use="@OID"/>
<xsl:key name="comment" match="def:CommentDef" use="@OID"/>
<xsl:key name="standard" match="def:Standard" use="@OID"/>
<xsl:key name="leaf" match="def:leaf" use="@ID"/>

<xsl:variable name="study" select="/odm:ODM/odm:Study"/>
<xsl:variable name="version" select="$study/odm:MetaDataVersion"/>
<xsl:variable name="groups" select="$version/odm:ItemGroupDef"/>
<xsl:variable name="listed" select="$version/odm:CodeList[not(odm:ExternalCodeList)]"/>
<xsl:variable name="dictionaries" select="$version/odm:CodeList[odm:ExternalCodeList]"/>
<xsl:variable name="displays" select="$version/arm:AnalysisResultDisplays/arm:ResultDisplay"/>
<xsl:variable name="documents" select="$version/def:leaf"/>
<xsl:variable name="name" select="$study/odm:GlobalVariables/odm:StudyName"/>
<xsl:variable name="guide" select="$version/def:Standards/def:Standard[@Type='IG'][1]"/>
<xsl:variable name="few" select="6"/>
<!-- Documents that the package does not include are named at the documents, other descriptions in the head. -->
<xsl:variable name="absent" select="starts-with($version/@Description, 'Documents that this package does not include: ')"/>

<!-- The page -->
<xsl:template match="/">
  <html lang="en">
    <head>
      <meta name="viewport" content="width=device-width, initial-scale=1"/>
      <title><xsl:value-of select="concat($name, ' - ', $guide/@Name, ' ', $guide/@Version, ' data definitions')"/></title>
      <style><xsl:call-template name="style"/></style>
    </head>
    <body>
      <a class="skip" href="#content">Skip the menu</a>
      <nav aria-label="Contents"><xsl:call-template name="menu"/></nav>
      <main id="content">
        <xsl:call-template name="head"/>
        <xsl:if test="$displays"><xsl:call-template name="analyses"/></xsl:if>
        <xsl:call-template name="datasets"/>
        <xsl:apply-templates select="$groups" mode="section"/>
        <xsl:call-template name="value-level"/>
        <xsl:call-template name="codelists"/>
        <xsl:call-template name="methods"/>
        <xsl:call-template name="comments"/>
        <xsl:call-template name="documents"/>
      </main>
    </body>
  </html>
</xsl:template>

<xsl:template name="menu">
  <p class="study"><a href="#top"><xsl:value-of select="$name"/></a>
    <span><xsl:value-of select="concat($guide/@Name, ' ', $guide/@Version)"/></span></p>
  <xsl:if test="$displays">
    <details open="open"><summary><a href="#analyses">Analysis results</a></summary>
      <ul><xsl:for-each select="$displays"><li><a href="#display-{@OID}"><xsl:value-of select="@Name"/></a></li></xsl:for-each></ul>
    </details>
  </xsl:if>
  <details open="open"><summary><a href="#datasets">Datasets</a></summary>
    <ul><xsl:for-each select="$groups">
      <li><a href="#dataset-{@OID}" title="{odm:Description/odm:TranslatedText}"><b><xsl:value-of select="@Name"/></b><xsl:text> </xsl:text>
        <xsl:value-of select="odm:Description/odm:TranslatedText"/></a></li>
    </xsl:for-each></ul>
  </details>
  <xsl:if test="$version/def:ValueListDef">
    <details><summary><a href="#values">Value level</a></summary>
      <ul><xsl:for-each select="$version/def:ValueListDef"><li><a href="#values-{@OID}"><xsl:call-template name="values-name"/></a></li></xsl:for-each></ul>
    </details>
  </xsl:if>
  <xsl:if test="$listed">
    <details><summary><a href="#codelists">Codelists</a></summary>
      <ul><xsl:for-each select="$listed"><li><a href="#codelist-{@OID}"><xsl:value-of select="@Name"/></a></li></xsl:for-each></ul>
    </details>
  </xsl:if>
  <xsl:if test="$dictionaries"><p class="entry"><a href="#dictionaries">Dictionaries</a></p></xsl:if>
  <xsl:if test="$version/odm:MethodDef">
    <details><summary><a href="#methods">Methods</a></summary>
      <ul><xsl:for-each select="$version/odm:MethodDef"><li><a href="#method-{@OID}"><xsl:value-of select="@Name"/></a></li></xsl:for-each></ul>
    </details>
  </xsl:if>
  <xsl:if test="$version/def:CommentDef"><p class="entry"><a href="#comments">Comments</a></p></xsl:if>
  <xsl:if test="$documents or $absent"><p class="entry"><a href="#documents">Documents</a></p></xsl:if>
</xsl:template>

<!-- Study, file, standards -->
<xsl:template name="head">
  <xsl:variable name="commented" select="boolean($version/def:Standards/def:Standard/@def:CommentOID)"/>
  <header id="top">
    <p class="kind"><xsl:value-of select="concat($guide/@Name, ' ', $guide/@Version, ' · data definitions')"/></p>
    <h1><xsl:value-of select="$name"/></h1>
    <p class="lead"><xsl:value-of select="$study/odm:GlobalVariables/odm:StudyDescription"/></p>
    <dl class="facts">
      <dt>Protocol</dt><dd><xsl:value-of select="$study/odm:GlobalVariables/odm:ProtocolName"/></dd>
      <dt>Definitions</dt><dd><xsl:value-of select="$version/@Name"/>
        <xsl:if test="$version/@Description and not($absent)"><div><xsl:value-of select="$version/@Description"/></div></xsl:if>
        <xsl:call-template name="comment"><xsl:with-param name="oid" select="$version/@def:CommentOID"/></xsl:call-template></dd>
      <dt>Define-XML</dt><dd><xsl:value-of select="$version/@def:DefineVersion"/>
        <xsl:if test="/odm:ODM/@def:Context"><xsl:value-of select="concat(', context ', /odm:ODM/@def:Context)"/></xsl:if></dd>
      <dt>Created</dt><dd><xsl:value-of select="translate(/odm:ODM/@CreationDateTime, 'T', ' ')"/>
        <xsl:if test="/odm:ODM/@Originator"><xsl:value-of select="concat(', ', /odm:ODM/@Originator)"/></xsl:if>
        <xsl:if test="/odm:ODM/@SourceSystem"><xsl:value-of select="concat(', ', /odm:ODM/@SourceSystem, ' ', /odm:ODM/@SourceSystemVersion)"/></xsl:if></dd>
      <xsl:if test="$version/def:AnnotatedCRF"><dt>Annotated CRF</dt><dd><xsl:apply-templates select="$version/def:AnnotatedCRF/def:DocumentRef"/></dd></xsl:if>
      <xsl:if test="$version/def:SupplementalDoc"><dt>Supplemental documents</dt><dd><xsl:apply-templates select="$version/def:SupplementalDoc/def:DocumentRef"/></dd></xsl:if>
    </dl>
    <table class="narrow">
      <caption>Standards</caption>
      <thead><tr><th>Standard</th><th>Type</th><th>Version</th><th>Status</th><xsl:if test="$commented"><th>Comment</th></xsl:if></tr></thead>
      <tbody><xsl:for-each select="$version/def:Standards/def:Standard">
        <tr><td><xsl:value-of select="@Name"/><xsl:if test="@PublishingSet"><xsl:value-of select="concat(' ', @PublishingSet)"/></xsl:if></td>
          <td><xsl:choose><xsl:when test="@Type='IG'">Implementation guide (IG)</xsl:when><xsl:when test="@Type='CT'">Controlled terminology (CT)</xsl:when><xsl:otherwise><xsl:value-of select="@Type"/></xsl:otherwise></xsl:choose></td>
          <td><xsl:value-of select="@Version"/></td><td><xsl:value-of select="@Status"/></td>
          <xsl:if test="$commented"><td><xsl:call-template name="comment"><xsl:with-param name="oid" select="@def:CommentOID"/></xsl:call-template></td></xsl:if></tr>
      </xsl:for-each></tbody>
    </table>
  </header>
</xsl:template>

<!-- Analysis results -->
<xsl:template name="analyses">
  <section id="analyses">
    <h2>Analysis results</h2>
    <table class="narrow">
      <thead><tr><th>Display</th><th>Title</th><th>Results</th></tr></thead>
      <tbody><xsl:for-each select="$displays">
        <tr><td class="name"><a href="#display-{@OID}"><xsl:value-of select="@Name"/></a></td>
          <td><xsl:apply-templates select="odm:Description"/></td>
          <td><xsl:for-each select="arm:AnalysisResult"><div><a href="#result-{@OID}"><xsl:apply-templates select="odm:Description" mode="inline"/></a></div></xsl:for-each></td></tr>
      </xsl:for-each></tbody>
    </table>
  </section>
  <xsl:for-each select="$displays">
    <section id="display-{@OID}" class="display">
      <h3><xsl:value-of select="@Name"/><span><xsl:apply-templates select="odm:Description" mode="inline"/></span></h3>
      <xsl:if test="def:DocumentRef"><div class="line">Display: <xsl:apply-templates select="def:DocumentRef" mode="display"/></div></xsl:if>
      <xsl:apply-templates select="arm:AnalysisResult"/>
    </section>
  </xsl:for-each>
</xsl:template>

<xsl:template match="arm:AnalysisResult">
  <table class="result" id="result-{@OID}">
    <caption><xsl:apply-templates select="odm:Description" mode="inline"/></caption>
    <tbody>
      <tr><th>Purpose</th><td><xsl:value-of select="@AnalysisPurpose"/></td></tr>
      <tr><th>Reason</th><td><xsl:value-of select="@AnalysisReason"/></td></tr>
      <xsl:if test="@ParameterOID"><tr><th>Parameter</th><td><xsl:call-template name="item-link"><xsl:with-param name="oid" select="@ParameterOID"/></xsl:call-template></td></tr></xsl:if>
      <tr><th>Datasets and selection</th><td>
        <xsl:for-each select="arm:AnalysisDatasets/arm:AnalysisDataset">
          <xsl:variable name="group" select="key('group', @ItemGroupOID)"/>
          <div class="part"><a class="name" href="#dataset-{@ItemGroupOID}"><xsl:value-of select="$group/@Name"/></a>
            <xsl:if test="def:WhereClauseRef"><xsl:text> where </xsl:text>
              <xsl:apply-templates select="def:WhereClauseRef"><xsl:with-param name="home" select="@ItemGroupOID"/></xsl:apply-templates></xsl:if></div>
        </xsl:for-each>
        <xsl:call-template name="comment"><xsl:with-param name="oid" select="arm:AnalysisDatasets/@def:CommentOID"/></xsl:call-template></td></tr>
      <tr><th>Analysis variables</th><td>
        <xsl:for-each select="arm:AnalysisDatasets/arm:AnalysisDataset/arm:AnalysisVariable">
          <div><xsl:call-template name="item-link"><xsl:with-param name="oid" select="@ItemOID"/></xsl:call-template></div>
        </xsl:for-each></td></tr>
      <xsl:if test="arm:Documentation"><tr><th>Documentation</th><td><xsl:apply-templates select="arm:Documentation/odm:Description"/>
        <xsl:apply-templates select="arm:Documentation/def:DocumentRef"/></td></tr></xsl:if>
      <xsl:if test="arm:ProgrammingCode"><tr><th>Programming code</th><td>
        <xsl:if test="arm:ProgrammingCode/@Context"><div class="soft"><xsl:value-of select="arm:ProgrammingCode/@Context"/></div></xsl:if>
        <xsl:for-each select="arm:ProgrammingCode/arm:Code"><xsl:call-template name="code"><xsl:with-param name="text" select="string(.)"/></xsl:call-template></xsl:for-each>
        <xsl:apply-templates select="arm:ProgrammingCode/def:DocumentRef"/></td></tr></xsl:if>
    </tbody>
  </table>
</xsl:template>

<!-- Datasets -->
<xsl:template name="datasets">
  <section id="datasets">
    <h2>Datasets</h2>
    <table>
      <colgroup><col style="width:9%"/><col style="width:15%"/><col style="width:13%"/><col style="width:16%"/><col style="width:10%"/><col style="width:13%"/><col/></colgroup>
      <thead><tr><th>Dataset</th><th>Description</th><th>Class</th><th>Structure</th><th>Purpose</th><th>Keys</th><th>File and documentation</th></tr></thead>
      <tbody><xsl:for-each select="$groups">
        <tr><td class="name"><a href="#dataset-{@OID}"><xsl:value-of select="@Name"/></a><xsl:call-template name="marks"/></td>
          <td><xsl:apply-templates select="odm:Description"/></td>
          <td><xsl:call-template name="class"/></td>
          <td><xsl:value-of select="@def:Structure"/></td><td><xsl:value-of select="@Purpose"/></td>
          <td><xsl:call-template name="keys"/></td>
          <td><xsl:apply-templates select="def:leaf"/>
            <xsl:call-template name="comment"><xsl:with-param name="oid" select="@def:CommentOID"/></xsl:call-template></td></tr>
      </xsl:for-each></tbody>
    </table>
  </section>
</xsl:template>

<xsl:template match="odm:ItemGroupDef" mode="section">
  <xsl:variable name="roles" select="boolean(odm:ItemRef/@Role)"/>
  <section id="dataset-{@OID}" class="dataset">
    <h3><xsl:value-of select="@Name"/><span><xsl:value-of select="odm:Description/odm:TranslatedText"/></span><xsl:call-template name="marks"/></h3>
    <div class="line">
      <xsl:call-template name="class"/><xsl:text> · </xsl:text><xsl:value-of select="@def:Structure"/>
      <xsl:text> · keys: </xsl:text><xsl:call-template name="keys"/>
      <xsl:if test="@def:StandardOID"><xsl:text> · </xsl:text><xsl:call-template name="standard"/></xsl:if>
      <xsl:if test="@Domain and @Domain != @Name"><xsl:value-of select="concat(' · domain ', @Domain)"/>
        <xsl:if test="odm:Alias[@Context='DomainDescription']"><xsl:value-of select="concat(' (', odm:Alias[@Context='DomainDescription']/@Name, ')')"/></xsl:if></xsl:if>
      <xsl:if test="@SASDatasetName != @Name"><xsl:value-of select="concat(' · SAS name ', @SASDatasetName)"/></xsl:if>
      <xsl:choose><xsl:when test="@Repeating='Yes'"> · several records per subject</xsl:when></xsl:choose>
      <xsl:if test="@IsReferenceData='Yes'"> · reference data</xsl:if>
      <xsl:if test="def:leaf"><xsl:text> · </xsl:text><xsl:apply-templates select="def:leaf"/></xsl:if>
    </div>
    <xsl:call-template name="comment"><xsl:with-param name="oid" select="@def:CommentOID"/></xsl:call-template>
    <table>
      <colgroup><col style="width:10%"/><col style="width:15%"/><col style="width:5%"/><col style="width:10%"/>
        <xsl:if test="$roles"><col style="width:9%"/></xsl:if><col style="width:17%"/><col style="width:14%"/><col/></colgroup>
      <thead><tr><th>Variable</th><th>Label</th><th>Key</th><th>Type and length</th><xsl:if test="$roles"><th>Role</th></xsl:if>
        <th>Controlled terms</th><th>Origin</th><th>Method and comment</th></tr></thead>
      <tbody><xsl:for-each select="odm:ItemRef">
        <xsl:sort select="@OrderNumber" data-type="number"/>
        <xsl:variable name="item" select="key('item', @ItemOID)"/>
        <tr id="variable-{../@OID}-{@ItemOID}">
          <td class="name"><xsl:value-of select="$item/@Name"/><xsl:call-template name="marks"/>
            <xsl:apply-templates select="$item/@SASFieldName"/></td>
          <td><xsl:apply-templates select="$item/odm:Description"/></td>
          <td><xsl:value-of select="@KeySequence"/></td>
          <td><xsl:apply-templates select="$item" mode="type"/><xsl:if test="@Mandatory='Yes'"><div class="soft">mandatory</div></xsl:if></td>
          <xsl:if test="$roles"><td><xsl:value-of select="@Role"/></td></xsl:if>
          <td><xsl:apply-templates select="$item/odm:CodeListRef"/>
            <xsl:if test="$item/def:ValueListRef"><div><a href="#values-{$item/def:ValueListRef/@ValueListOID}">Value level</a></div></xsl:if></td>
          <td><xsl:apply-templates select="$item/def:Origin"/></td>
          <td><xsl:call-template name="made"><xsl:with-param name="item" select="$item"/></xsl:call-template></td>
        </tr>
      </xsl:for-each></tbody>
    </table>
    <p class="up"><a href="#datasets">All datasets</a></p>
  </section>
</xsl:template>

<!-- Value level -->
<xsl:template name="value-level">
  <xsl:if test="$version/def:ValueListDef">
    <section id="values"><h2>Value level</h2></section>
    <xsl:for-each select="$version/def:ValueListDef">
      <xsl:variable name="of" select="key('item-of-values', @OID)[1]"/>
      <xsl:variable name="home" select="key('group-of-item', $of/@OID)[1]"/>
      <xsl:variable name="roles" select="boolean(odm:ItemRef/@Role)"/>
      <section id="values-{@OID}" class="values">
        <h3><a href="#variable-{$home/@OID}-{$of/@OID}"><xsl:call-template name="values-name"/></a><span><xsl:value-of select="$of/odm:Description/odm:TranslatedText"/></span></h3>
        <xsl:apply-templates select="odm:Description"/>
        <table>
          <colgroup><col style="width:25%"/><col style="width:13%"/><col style="width:10%"/><xsl:if test="$roles"><col style="width:9%"/></xsl:if><col style="width:17%"/><col style="width:13%"/><col/></colgroup>
          <thead><tr><th>Where</th><th>Item</th><th>Type and length</th><xsl:if test="$roles"><th>Role</th></xsl:if><th>Controlled terms</th><th>Origin</th><th>Method and comment</th></tr></thead>
          <tbody><xsl:for-each select="odm:ItemRef">
            <xsl:sort select="@OrderNumber" data-type="number"/>
            <xsl:variable name="item" select="key('item', @ItemOID)"/>
            <tr>
              <td><xsl:apply-templates select="def:WhereClauseRef"><xsl:with-param name="home" select="$home/@OID"/></xsl:apply-templates></td>
              <td><span class="name"><xsl:value-of select="$item/@Name"/></span><xsl:call-template name="marks"/><xsl:apply-templates select="$item/odm:Description"/><xsl:apply-templates select="$item/@SASFieldName"/></td>
              <td><xsl:apply-templates select="$item" mode="type"/><xsl:if test="@Mandatory='Yes'"><div class="soft">mandatory</div></xsl:if></td>
              <xsl:if test="$roles"><td><xsl:value-of select="@Role"/></td></xsl:if>
              <td><xsl:apply-templates select="$item/odm:CodeListRef"/></td>
              <td><xsl:apply-templates select="$item/def:Origin"/></td>
              <td><xsl:call-template name="made"><xsl:with-param name="item" select="$item"/></xsl:call-template></td>
            </tr>
          </xsl:for-each></tbody>
        </table>
      </section>
    </xsl:for-each>
  </xsl:if>
</xsl:template>

<!-- One or several where-clauses; `home` is the dataset whose variables need no prefix. -->
<xsl:template match="def:WhereClauseRef">
  <xsl:param name="home"/>
  <xsl:if test="preceding-sibling::def:WhereClauseRef"><div class="or">or</div></xsl:if>
  <span class="where"><xsl:for-each select="key('where', @WhereClauseOID)/odm:RangeCheck">
    <xsl:variable name="item" select="key('item', @def:ItemOID)"/>
    <xsl:variable name="group" select="key('group-of-item', @def:ItemOID)"/>
    <xsl:if test="position() &gt; 1"><b> and </b></xsl:if>
    <xsl:if test="$group and not($group[@OID = $home])"><xsl:value-of select="concat($group[1]/@Name, '.')"/></xsl:if>
    <xsl:value-of select="$item/@Name"/>
    <xsl:choose>
      <xsl:when test="@Comparator='EQ'"> = </xsl:when><xsl:when test="@Comparator='NE'"> ≠ </xsl:when>
      <xsl:when test="@Comparator='LT'"> &lt; </xsl:when><xsl:when test="@Comparator='LE'"> ≤ </xsl:when>
      <xsl:when test="@Comparator='GT'"> &gt; </xsl:when><xsl:when test="@Comparator='GE'"> ≥ </xsl:when>
      <xsl:when test="@Comparator='IN'"> in (</xsl:when><xsl:when test="@Comparator='NOTIN'"> not in (</xsl:when>
      <xsl:otherwise><xsl:value-of select="concat(' ', @Comparator, ' ')"/></xsl:otherwise>
    </xsl:choose>
    <xsl:variable name="terms" select="key('codelist', $item/odm:CodeListRef/@CodeListOID)/*"/>
    <xsl:for-each select="odm:CheckValue">
      <xsl:variable name="value" select="string(.)"/>
      <xsl:if test="position() &gt; 1">, </xsl:if>
      <xsl:value-of select="concat('&quot;', $value, '&quot;')"/>
      <xsl:variable name="decode" select="$terms[@CodedValue=$value]/odm:Decode/odm:TranslatedText[1]"/>
      <xsl:if test="$decode and string($decode) != $value"><span class="soft"><xsl:value-of select="concat(' (', normalize-space($decode), ')')"/></span></xsl:if>
    </xsl:for-each>
    <xsl:if test="@Comparator='IN' or @Comparator='NOTIN'">)</xsl:if>
  </xsl:for-each></span>
  <xsl:call-template name="comment"><xsl:with-param name="oid" select="key('where', @WhereClauseOID)/@def:CommentOID"/></xsl:call-template>
</xsl:template>

<!-- Codelists and dictionaries -->
<xsl:template name="codelists">
  <xsl:if test="$listed"><section id="codelists"><h2>Codelists</h2></section></xsl:if>
  <xsl:for-each select="$listed">
    <xsl:variable name="decoded" select="boolean(odm:CodeListItem)"/>
    <xsl:variable name="ranked" select="boolean(*/@Rank)"/>
    <xsl:variable name="described" select="boolean(*/odm:Description)"/>
    <section id="codelist-{@OID}" class="codelist">
      <h3><xsl:value-of select="@Name"/><span><xsl:apply-templates select="odm:Alias"/></span><xsl:call-template name="marks"/></h3>
      <p class="line"><xsl:value-of select="@DataType"/>
        <xsl:if test="@SASFormatName"><xsl:value-of select="concat(' · SAS format ', @SASFormatName)"/></xsl:if>
        <xsl:if test="@def:StandardOID"><xsl:text> · </xsl:text><xsl:call-template name="standard"/></xsl:if></p>
      <xsl:apply-templates select="odm:Description"/>
      <xsl:call-template name="comment"><xsl:with-param name="oid" select="@def:CommentOID"/></xsl:call-template>
      <table class="narrow terms">
        <thead><tr><th>Term</th><xsl:if test="$decoded"><th>Decoded value</th></xsl:if><xsl:if test="$ranked"><th>Rank</th></xsl:if><th>Code</th><xsl:if test="$described"><th>Description</th></xsl:if></tr></thead>
        <tbody><xsl:for-each select="odm:CodeListItem | odm:EnumeratedItem">
          <xsl:sort select="@OrderNumber" data-type="number"/>
          <tr><td class="term"><xsl:value-of select="@CodedValue"/><xsl:call-template name="marks"/></td>
            <xsl:if test="$decoded"><td><xsl:apply-templates select="odm:Decode"/></td></xsl:if>
            <xsl:if test="$ranked"><td><xsl:value-of select="@Rank"/></td></xsl:if>
            <td><xsl:apply-templates select="odm:Alias"/></td>
            <xsl:if test="$described"><td><xsl:apply-templates select="odm:Description"/></td></xsl:if></tr>
        </xsl:for-each></tbody>
      </table>
    </section>
  </xsl:for-each>
  <xsl:if test="$dictionaries">
    <section id="dictionaries"><h2>Dictionaries</h2>
      <table class="narrow">
        <thead><tr><th>Name</th><th>Dictionary</th><th>Version</th><th>Type</th><th>Reference</th></tr></thead>
        <tbody><xsl:for-each select="$dictionaries">
          <tr id="codelist-{@OID}"><td><xsl:value-of select="@Name"/><xsl:call-template name="marks"/><xsl:apply-templates select="odm:Description"/></td>
            <td><xsl:value-of select="odm:ExternalCodeList/@Dictionary"/></td><td><xsl:value-of select="odm:ExternalCodeList/@Version"/></td>
            <td><xsl:value-of select="@DataType"/></td>
            <td><xsl:if test="odm:ExternalCodeList/@href"><xsl:call-template name="link"><xsl:with-param name="href" select="odm:ExternalCodeList/@href"/></xsl:call-template></xsl:if>
              <xsl:value-of select="odm:ExternalCodeList/@ref"/>
              <xsl:if test="@def:StandardOID"><div><xsl:call-template name="standard"/></div></xsl:if>
              <xsl:call-template name="comment"><xsl:with-param name="oid" select="@def:CommentOID"/></xsl:call-template></td></tr>
        </xsl:for-each></tbody>
      </table>
    </section>
  </xsl:if>
</xsl:template>

<!-- Methods, comments, documents -->
<xsl:template name="methods">
  <xsl:if test="$version/odm:MethodDef">
    <section id="methods"><h2>Methods</h2>
      <table>
        <colgroup><col style="width:24%"/><col style="width:11%"/><col/></colgroup>
        <thead><tr><th>Method</th><th>Type</th><th>Description</th></tr></thead>
        <tbody><xsl:for-each select="$version/odm:MethodDef">
          <tr id="method-{@OID}"><td><xsl:value-of select="@Name"/></td><td><xsl:value-of select="@Type"/></td>
            <td><xsl:apply-templates select="odm:Description"/>
              <xsl:for-each select="odm:FormalExpression"><div class="soft"><xsl:value-of select="@Context"/></div><xsl:call-template name="code"><xsl:with-param name="text" select="string(.)"/></xsl:call-template></xsl:for-each>
              <xsl:apply-templates select="def:DocumentRef"/></td></tr>
        </xsl:for-each></tbody>
      </table>
    </section>
  </xsl:if>
</xsl:template>

<xsl:template name="comments">
  <xsl:if test="$version/def:CommentDef">
    <section id="comments"><h2>Comments</h2>
      <table>
        <colgroup><col style="width:24%"/><col/></colgroup>
        <thead><tr><th>Comment</th><th>Text</th></tr></thead>
        <tbody><xsl:for-each select="$version/def:CommentDef">
          <tr id="comment-{@OID}"><td><xsl:value-of select="@OID"/></td><td><xsl:apply-templates select="odm:Description"/><xsl:apply-templates select="def:DocumentRef"/></td></tr>
        </xsl:for-each></tbody>
      </table>
    </section>
  </xsl:if>
</xsl:template>

<xsl:template name="documents">
  <xsl:if test="$documents or $absent">
    <section id="documents"><h2>Documents</h2>
      <xsl:if test="$documents"><table class="narrow">
        <thead><tr><th>Document</th><th>File</th></tr></thead>
        <tbody><xsl:for-each select="$documents">
          <tr id="document-{@ID}"><td><xsl:value-of select="def:title"/></td>
            <td><xsl:call-template name="link"><xsl:with-param name="href" select="@xlink:href"/></xsl:call-template></td></tr>
        </xsl:for-each></tbody>
      </table></xsl:if>
      <xsl:if test="$absent"><p class="soft"><xsl:value-of select="$version/@Description"/></p></xsl:if>
    </section>
  </xsl:if>
</xsl:template>

<!-- Parts of rows -->
<xsl:template name="class">
  <xsl:value-of select="def:Class/@Name"/>
  <xsl:for-each select="def:Class/def:SubClass"><div class="soft"><xsl:value-of select="@Name"/></div></xsl:for-each>
</xsl:template>

<xsl:template name="keys">
  <xsl:for-each select="odm:ItemRef[@KeySequence]">
    <xsl:sort select="@KeySequence" data-type="number"/>
    <xsl:if test="position() &gt; 1">, </xsl:if><xsl:value-of select="key('item', @ItemOID)/@Name"/>
  </xsl:for-each>
</xsl:template>

<xsl:template name="standard">
  <xsl:variable name="of" select="key('standard', @def:StandardOID)"/>
  <xsl:value-of select="$of/@Name"/><xsl:if test="$of/@PublishingSet"><xsl:value-of select="concat(' ', $of/@PublishingSet)"/></xsl:if>
  <xsl:value-of select="concat(' ', $of/@Version)"/>
</xsl:template>

<xsl:template name="marks">
  <xsl:if test="@def:HasNoData='Yes'"><span class="mark">no data</span></xsl:if>
  <xsl:if test="@def:IsNonStandard='Yes'"><span class="mark">non-standard</span></xsl:if>
  <xsl:if test="@def:ExtendedValue='Yes'"><span class="mark">extended</span></xsl:if>
</xsl:template>

<!-- A code of NCI, or of the source that its context names. -->
<xsl:template match="odm:Alias">
  <xsl:if test="preceding-sibling::odm:Alias">, </xsl:if><xsl:value-of select="@Name"/>
  <xsl:if test="@Context != 'nci:ExtCodeID'"><xsl:value-of select="concat(' (', @Context, ')')"/></xsl:if>
</xsl:template>

<xsl:template name="values-name">
  <xsl:variable name="of" select="key('item-of-values', @OID)[1]"/>
  <xsl:value-of select="concat(key('group-of-item', $of/@OID)[1]/@Name, '.', $of/@Name)"/>
</xsl:template>

<xsl:template match="@SASFieldName"><xsl:if test=". != ../@Name"><div class="soft"><xsl:value-of select="concat('SAS name ', .)"/></div></xsl:if></xsl:template>

<xsl:template match="odm:ItemDef" mode="type">
  <xsl:value-of select="@DataType"/>
  <xsl:if test="@Length"><xsl:value-of select="concat(' ', @Length)"/><xsl:if test="@SignificantDigits"><xsl:value-of select="concat('.', @SignificantDigits)"/></xsl:if></xsl:if>
  <xsl:if test="@def:DisplayFormat"><div class="soft"><xsl:value-of select="concat('shown as ', @def:DisplayFormat)"/></div></xsl:if>
</xsl:template>

<xsl:template match="odm:CodeListRef">
  <xsl:variable name="list" select="key('codelist', @CodeListOID)"/>
  <xsl:variable name="terms" select="$list/odm:CodeListItem | $list/odm:EnumeratedItem"/>
  <a href="#codelist-{@CodeListOID}"><xsl:value-of select="$list/@Name"/></a>
  <xsl:choose>
    <xsl:when test="$list/odm:ExternalCodeList"><div class="soft"><xsl:value-of select="concat($list/odm:ExternalCodeList/@Dictionary, ' ', $list/odm:ExternalCodeList/@Version)"/></div></xsl:when>
    <xsl:when test="count($terms) &gt; $few"><div class="soft"><xsl:value-of select="concat(count($terms), ' terms')"/></div></xsl:when>
    <xsl:otherwise><xsl:for-each select="$terms"><xsl:sort select="@OrderNumber" data-type="number"/>
      <div class="term"><xsl:value-of select="@CodedValue"/><xsl:if test="odm:Decode and normalize-space(odm:Decode/odm:TranslatedText) != @CodedValue"><xsl:value-of select="concat(' = ', normalize-space(odm:Decode/odm:TranslatedText))"/></xsl:if></div></xsl:for-each></xsl:otherwise>
  </xsl:choose>
</xsl:template>

<xsl:template match="def:Origin">
  <div class="part"><xsl:value-of select="@Type"/><xsl:if test="@Source"><span class="soft"><xsl:value-of select="concat(' (', @Source, ')')"/></span></xsl:if>
    <xsl:apply-templates select="odm:Description"/><xsl:apply-templates select="def:DocumentRef"/></div>
</xsl:template>

<xsl:template name="made">
  <xsl:param name="item"/>
  <xsl:if test="@MethodOID"><xsl:variable name="method" select="key('method', @MethodOID)"/>
    <div class="part"><a href="#method-{@MethodOID}"><xsl:value-of select="$method/@Name"/></a><xsl:apply-templates select="$method/odm:Description"/><xsl:apply-templates select="$method/def:DocumentRef"/></div></xsl:if>
  <xsl:call-template name="comment"><xsl:with-param name="oid" select="$item/@def:CommentOID"/></xsl:call-template>
</xsl:template>

<xsl:template name="comment">
  <xsl:param name="oid"/>
  <xsl:if test="$oid"><div class="comment"><xsl:apply-templates select="key('comment', $oid)/odm:Description"/><xsl:apply-templates select="key('comment', $oid)/def:DocumentRef"/></div></xsl:if>
</xsl:template>

<xsl:template name="item-link">
  <xsl:param name="oid"/>
  <xsl:variable name="item" select="key('item', $oid)"/>
  <xsl:variable name="group" select="key('group-of-item', $oid)[1]"/>
  <a href="#variable-{$group/@OID}-{$oid}"><xsl:value-of select="concat($group/@Name, '.', $item/@Name)"/></a>
  <span class="soft"><xsl:value-of select="concat(' ', $item/odm:Description/odm:TranslatedText)"/></span>
</xsl:template>

<!-- Documents and pages -->
<xsl:template match="def:DocumentRef">
  <xsl:variable name="leaf" select="key('leaf', @leafID)"/>
  <div class="document"><xsl:apply-templates select="$leaf"/>
    <xsl:for-each select="def:PDFPageRef">
      <xsl:choose>
        <xsl:when test="@PageRefs"><xsl:choose><xsl:when test="@Type='PhysicalRef'">, page</xsl:when><xsl:otherwise>,</xsl:otherwise></xsl:choose><xsl:call-template name="pages"><xsl:with-param name="href" select="$leaf/@xlink:href"/><xsl:with-param name="rest" select="normalize-space(@PageRefs)"/></xsl:call-template></xsl:when>
        <xsl:otherwise><xsl:value-of select="concat(', pages ', @FirstPage, ' to ', @LastPage)"/></xsl:otherwise>
      </xsl:choose>
      <xsl:if test="@Title"><xsl:value-of select="concat(', ', @Title)"/></xsl:if>
    </xsl:for-each></div>
</xsl:template>

<!-- The document of a display: where its title is the heading above, the name of the file is shown. -->
<xsl:template match="def:DocumentRef" mode="display">
  <xsl:variable name="leaf" select="key('leaf', @leafID)"/>
  <xsl:choose>
    <xsl:when test="not(def:PDFPageRef) and normalize-space($leaf/def:title) = normalize-space(concat(../@Name, ' ', ../odm:Description/odm:TranslatedText))">
      <div class="document"><xsl:call-template name="link"><xsl:with-param name="href" select="$leaf/@xlink:href"/></xsl:call-template></div></xsl:when>
    <xsl:otherwise><xsl:apply-templates select="."/></xsl:otherwise>
  </xsl:choose>
</xsl:template>

<xsl:template name="pages">
  <xsl:param name="href"/><xsl:param name="rest"/>
  <xsl:variable name="page" select="substring-before(concat($rest, ' '), ' ')"/>
  <xsl:variable name="more" select="substring-after($rest, ' ')"/>
  <xsl:text> </xsl:text>
  <xsl:call-template name="link">
    <xsl:with-param name="href"><xsl:value-of select="$href"/><xsl:choose><xsl:when test="@Type='PhysicalRef'">#page=</xsl:when><xsl:otherwise>#</xsl:otherwise></xsl:choose><xsl:value-of select="$page"/></xsl:with-param>
    <xsl:with-param name="text" select="$page"/>
  </xsl:call-template>
  <xsl:if test="$more"><xsl:call-template name="pages"><xsl:with-param name="href" select="$href"/><xsl:with-param name="rest" select="$more"/></xsl:call-template></xsl:if>
</xsl:template>

<xsl:template match="def:leaf">
  <xsl:call-template name="link"><xsl:with-param name="href" select="@xlink:href"/><xsl:with-param name="text" select="def:title"/></xsl:call-template>
</xsl:template>

<!-- A link to a file of the package or a page of the web; any other scheme stays text. -->
<xsl:template name="link">
  <xsl:param name="href"/><xsl:param name="text" select="$href"/>
  <xsl:choose>
    <xsl:when test="starts-with($href, 'https://') or starts-with($href, 'http://') or not(contains($href, ':'))"><a href="{$href}"><xsl:value-of select="$text"/></a></xsl:when>
    <xsl:otherwise><xsl:value-of select="$text"/></xsl:otherwise>
  </xsl:choose>
</xsl:template>

<!-- Texts: each line that has words is a line of the page. -->
<xsl:template match="odm:Description | odm:Decode">
  <xsl:for-each select="odm:TranslatedText"><div class="text"><xsl:copy-of select="@xml:lang[../../odm:TranslatedText[2]]"/><xsl:call-template name="lines"><xsl:with-param name="text" select="."/></xsl:call-template></div></xsl:for-each>
</xsl:template>

<xsl:template match="odm:Description" mode="inline"><xsl:value-of select="normalize-space(odm:TranslatedText)"/></xsl:template>

<xsl:template name="lines">
  <xsl:param name="text"/>
  <xsl:variable name="line" select="normalize-space(substring-before(concat($text, '&#10;'), '&#10;'))"/>
  <xsl:if test="$line"><div><xsl:value-of select="$line"/></div></xsl:if>
  <xsl:if test="contains($text, '&#10;')"><xsl:call-template name="lines"><xsl:with-param name="text" select="substring-after($text, '&#10;')"/></xsl:call-template></xsl:if>
</xsl:template>

<!-- Program text as it stands, without blank lines before and blanks behind; one line without indent. -->
<xsl:template name="code">
  <xsl:param name="text"/>
  <xsl:variable name="last" select="substring($text, string-length($text))"/>
  <xsl:choose>
    <xsl:when test="contains($text, '&#10;') and not(normalize-space(substring-before($text, '&#10;')))">
      <xsl:call-template name="code"><xsl:with-param name="text" select="substring-after($text, '&#10;')"/></xsl:call-template></xsl:when>
    <xsl:when test="$text and not(normalize-space($last))">
      <xsl:call-template name="code"><xsl:with-param name="text" select="substring($text, 1, string-length($text) - 1)"/></xsl:call-template></xsl:when>
    <xsl:when test="starts-with($text, ' ') and not(contains($text, '&#10;'))">
      <xsl:call-template name="code"><xsl:with-param name="text" select="substring($text, 2)"/></xsl:call-template></xsl:when>
    <xsl:otherwise><pre><xsl:value-of select="$text"/></pre></xsl:otherwise>
  </xsl:choose>
</xsl:template>

<xsl:template name="style">
:root { --ink: #1c2430; --soft: #5b6675; --line: #d5dbe2; --band: #f4f6f8; --accent: #1f4e79; }
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body { margin: 0; color: var(--ink); background: #fff; font: 14px/1.4 "Helvetica Neue", Arial, "Liberation Sans", sans-serif; }
a { color: var(--accent); text-decoration: none; } a:hover { text-decoration: underline; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.skip { position: absolute; left: -99rem; } .skip:focus { left: 1rem; top: .3rem; background: #fff; padding: .3rem; z-index: 2; }
nav { position: fixed; top: 0; bottom: 0; left: 0; width: 15rem; overflow-y: auto; padding: 1rem .8rem 2rem 1rem; background: var(--band); border-right: 1px solid var(--line); font-size: .86rem; }
nav .study { margin: 0 0 .8rem; font-weight: 600; } nav .study span { display: block; font-weight: 400; color: var(--soft); }
nav summary, nav .entry { margin: .45rem 0; font-weight: 600; } nav summary { cursor: pointer; } nav .entry { padding-left: 1.05rem; }
nav ul { list-style: none; margin: 0 0 .3rem; padding: 0 0 0 1.05rem; } nav li a { display: block; padding: .1rem 0; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
main { margin-left: 15rem; padding: 1rem 1.6rem 4rem; max-width: 110rem; }
.kind { margin: .4rem 0 0; color: var(--accent); font-weight: 600; } h1 { margin: .1rem 0 .3rem; font-size: 1.6rem; }
.lead { margin: 0 0 1rem; font-size: 1rem; max-width: 60rem; }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.2rem; margin: 0 0 1.4rem; } dt { color: var(--soft); } dd { margin: 0; }
h2 { margin: 2.6rem 0 .8rem; padding-bottom: .25rem; border-bottom: 2px solid var(--accent); font-size: 1.3rem; color: var(--accent); }
h3 { margin: 2rem 0 .2rem; font-size: 1.08rem; } h3 > span:not(.mark) { margin-left: .7rem; font-weight: 400; color: var(--soft); }
.line { margin: 0 0 .5rem; color: var(--soft); font-size: .9rem; } .line div { display: inline; } .line div.soft::before { content: " - "; }
table { border-collapse: collapse; width: 100%; table-layout: fixed; margin: .4rem 0 .6rem; font-size: .86rem; }
table.narrow { width: auto; min-width: 40%; max-width: 100%; table-layout: auto; }
caption { text-align: left; font-weight: 600; padding: .3rem 0; }
th, td { padding: .3rem .5rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); overflow-wrap: break-word; }
thead th { position: sticky; top: 0; background: #e6ecf2; border-bottom: 1px solid #aebccb; font-weight: 600; }
tbody tr:nth-child(even) { background: #fafbfc; } tr:target, section:target > h3 { background: #fff4c9; }
.name { font-weight: 600; } table.narrow .name { white-space: nowrap; } .soft { color: var(--soft); } .up { margin: 0; font-size: .86rem; } td .soft { font-size: .95em; }
.mark { display: inline-block; margin-left: .4rem; padding: 0 .35rem; border: 1px solid #c9a227; border-radius: .6rem; background: #fff8e1; color: #6b4e00; font-size: .76rem; font-weight: 400; line-height: 1.35; white-space: nowrap; }
td.name .mark { display: block; width: fit-content; margin: .15rem 0 0; }
.part + .part, .part + .comment, .text + .comment, .comment + .comment { margin-top: .35rem; }
td .comment, .dataset > .comment, .codelist > .comment { color: #38424f; }
.or { font-weight: 600; } .result { margin: .8rem 0 1.4rem; } .result th { width: 13rem; font-weight: 600; background: var(--band); }
pre { margin: .3rem 0; padding: .5rem .7rem; background: var(--band); border: 1px solid var(--line); white-space: pre-wrap; overflow-wrap: anywhere; font: .86em/1.4 "DejaVu Sans Mono", Consolas, Menlo, monospace; }
@media (max-width: 56rem) { nav { position: static; width: auto; max-height: 40vh; border-right: 0; border-bottom: 1px solid var(--line); } main { margin-left: 0; padding: .5rem 1rem 3rem; } thead th { position: static; } section { overflow-x: auto; } section > table:not(.narrow) { min-width: 56rem; } }
@media print {
  @page { size: A4 landscape; margin: 12mm; @bottom-right { content: "Page " counter(page) " of " counter(pages); font: 8pt sans-serif; } }
  nav, .skip, .up { display: none; } main { margin: 0; padding: 0; max-width: none; } html { font-size: 9.5pt; } body { font-size: 8.5pt; } table { margin-bottom: 0; } a { color: inherit; }
  thead { display: table-header-group; } thead th { position: static; } tr, caption, h3 { break-inside: avoid; } td, td div { orphans: 3; widows: 3; } h2, h3, .line { break-after: avoid; }
  section.dataset { break-before: page; } * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
</xsl:template>
</xsl:stylesheet>
